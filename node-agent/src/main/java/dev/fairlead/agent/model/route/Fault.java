package dev.fairlead.agent.model.route;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What is done to requests on purpose, before they are sent on. Source: Envoy, "Fault injection".
 *
 * @param delay null: none
 * @param abort null: none; comes after the delay
 */
public record Fault(@Nullable Delay delay, @Nullable Abort abort) {

    /**
     * Requests that wait.
     *
     * @param fixed null: {@code x-envoy-fault-delay-request} says how long
     */
    public record Delay(@Nullable Duration fixed, Share share) {}

    /**
     * Requests that are answered at once.
     *
     * @param httpStatus 0: not said
     * @param grpcStatus -1: not said. Neither said: the request's {@code x-envoy-fault-abort-*}
     */
    public record Abort(int httpStatus, int grpcStatus, Share share) {}

    /** A fraction of all requests. */
    public record Share(int numerator, int denominator) {
        public Share {
            if (numerator < 0 || denominator < 1) {
                throw new IllegalArgumentException(numerator + " of " + denominator);
            }
        }

        /** Whether the next request is one of it. */
        public boolean hits(RandomGenerator random) {
            return hits(numerator, random);
        }

        /** The same, with {@code most} for a numerator if that is less. */
        public boolean hitsAtMost(long most, RandomGenerator random) {
            return hits(Math.min(numerator, most), random);
        }

        private boolean hits(long hit, RandomGenerator random) {
            return hit > 0 && (hit >= denominator || random.nextInt(denominator) < hit);
        }
    }
}
