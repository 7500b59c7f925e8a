package dev.fairlead.agent.data.balance;

import java.util.List;

/** What a request has to say about the endpoint that it gets. */
public interface Preferences<C extends Candidate> {

    /** Whether something of it was hashed. */
    boolean hashed();

    /** Requests of one hash get one endpoint, where the policy hashes. */
    long hash();

    /** Endpoints that it was tried at, in this order. */
    List<C> tried();

    /** Picks, the first included, until one that was tried will do; 0: no matter. */
    int hostAttempts();

    /** After so many tries priorities that were tried are left out; 0: never. */
    int otherPriorities();
}
