package dev.fairlead.agent.data.balance;

/** What a balancer looks at of an endpoint. */
public interface Candidate {

    /** Requests, or opaque connections, under way to it from this pod. */
    int active();

    /** Its share, at least 1. */
    int weight();
}
