package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.model.cluster.Endpoint.Health;

/** What a balancer looks at of an endpoint. */
public interface Candidate {

    /** It is not new, or new endpoints are like all others. */
    long SETTLED = Long.MIN_VALUE;

    /** Requests, or opaque connections, under way to it from this pod. */
    int active();

    /** Its share, at least 1. */
    int weight();

    /** By all that is known of it. */
    Health health();

    /** Of the group that it is in; 0 is the first. */
    int priority();

    /** What is hashed for its place in a ring or table: {@code 198.18.0.1:80}, as Envoy does. */
    String hashKey();

    /** When it began to be healthy, by the clock of its table, or {@link #SETTLED}. */
    long healthySince();
}
