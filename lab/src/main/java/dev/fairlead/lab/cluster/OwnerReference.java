package dev.fairlead.lab.cluster;

/** The object that made a pod, such as apps/v1 ReplicaSet reviews-v1-84f77d9b7c. */
public record OwnerReference(String apiVersion, String kind, String name, String uid) {}
