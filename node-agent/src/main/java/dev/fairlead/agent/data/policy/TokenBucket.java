package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.model.route.RateLimit;

/**
 * Tokens that come in evenly over time, up to a bound; full at first.
 *
 * <p>Kept as the moment at which it was empty, so nothing has to be done while nobody asks. Source:
 * Envoy, AtomicTokenBucketImpl.
 */
final class TokenBucket {

    private final double most;
    private final double nanosPerToken;
    private double emptyAt;

    TokenBucket(RateLimit.Bucket config, long nowNanos) {
        most = config.most();
        nanosPerToken = config.nanosPerToken();
        emptyAt = nowNanos - most * nanosPerToken;
    }

    private double tokens(long nowNanos) {
        return Math.min(most, (nowNanos - emptyAt) / nanosPerToken);
    }

    /** Takes one, if there is one. */
    boolean take(long nowNanos) {
        double tokens = tokens(nowNanos);
        if (tokens < 1) {
            return false;
        }
        emptyAt = nowNanos - (tokens - 1) * nanosPerToken;
        return true;
    }

    /** As good as a new one. */
    boolean isFull(long nowNanos) {
        return tokens(nowNanos) >= most;
    }

    /** How long a token takes to come: the longest is the strictest. */
    double nanosPerToken() {
        return nanosPerToken;
    }
}
