package dev.fairlead.pilot.compile;

/** A cluster by name, and its share among those beside it. The cluster need not exist. */
public record WeightedCluster(String cluster, int weight) {}
