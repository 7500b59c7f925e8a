package dev.fairlead.agent.model.route;

/** A cluster that gets a copy of a share of requests, and whose answers nobody waits for. */
public record Mirror(String cluster, Fault.Share share) {}
