package dev.fairlead.agent.data.balance;

import org.jspecify.annotations.Nullable;

/**
 * Picks one of some candidates, which are fixed when it is made.
 *
 * <p>Owner: one worker loop. Cost of a pick: O(1), or O(log n) where weights differ.
 */
interface Balancer<C extends Candidate> {

    /** The candidate for the next request; null where there are none. */
    @Nullable C pick();

    /**
     * Likewise, for a request with this hash.
     *
     * @param attempt 0 at first; further ones are for other candidates
     */
    default @Nullable C pick(long hash, int attempt) {
        return pick();
    }
}
