package dev.fairlead.agent.model.route;

import com.google.re2j.Pattern;
import dev.fairlead.agent.model.policy.Matcher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many requests may pass, counted by this pod alone. Source: Envoy, "Local rate limit".
 *
 * @param place whose buckets these are: limits that say the same in two places count apart
 * @param statPrefix of its stats, {@code <prefix>.http_local_rate_limit.}
 * @param bucket of all requests; null: only descriptors have some
 * @param always whether {@code bucket} counts what a descriptor takes, too
 * @param descriptors buckets of requests that are alike in some way
 * @param mostValues of each descriptor with an open value so many buckets are kept
 * @param enabled share of requests that are looked at
 * @param enforced share of those too many that are refused, not only counted
 */
public record RateLimit(
        String place,
        String statPrefix,
        @Nullable Bucket bucket,
        boolean always,
        List<Descriptor> descriptors,
        int mostValues,
        List<Action> actions,
        Fault.Share enabled,
        Fault.Share enforced,
        Refusal refusal) {

    public RateLimit {
        descriptors = List.copyOf(descriptors);
        actions = List.copyOf(actions);
    }

    /**
     * The answer to a request too many.
     *
     * @param response what is changed of its head
     * @param exhausted gRPC clients are told RESOURCE_EXHAUSTED, not what the status stands for
     */
    public record Refusal(int status, String body, HeaderEdits.Side response, boolean exhausted) {
        public Refusal(int status, String body, HeaderEdits.Side response) {
            this(status, body, response, false);
        }
    }

    /** Full with {@code most}; {@code tokens} more come in every {@code interval}, evenly. */
    public record Bucket(long most, long tokens, Duration interval) {
        public Bucket {
            if (most < 1 || tokens < 1 || !interval.isPositive()) {
                throw new IllegalArgumentException(most + ", " + tokens + " in " + interval);
            }
        }

        public double nanosPerToken() {
            return (double) interval.toNanos() / tokens;
        }
    }

    /** Requests that have these entries share a bucket. */
    public record Descriptor(List<Entry> entries, Bucket bucket) {
        public Descriptor {
            entries = List.copyOf(entries);
        }
    }

    /**
     * What a request is, in one respect.
     *
     * @param value empty: any, and each has a bucket of its own
     */
    public record Entry(String key, String value) {}

    /** How one descriptor of a request is found. Its parts must all be there. */
    public record Action(List<Part> parts) {
        public Action {
            parts = List.copyOf(parts);
        }
    }

    /** One entry of a request's descriptor. */
    public sealed interface Part {

        String key();

        /** A header's value. */
        record Header(String key, String name) implements Part {}

        /** A fixed entry, where all tests hold (or, if {@code expect} is false, where not). */
        record HeadersMatch(String key, String value, boolean expect, List<HeaderMatcher> headers)
                implements Part {
            public HeadersMatch {
                headers = List.copyOf(headers);
            }
        }

        /** A fixed entry. */
        record Fixed(String key, String value) implements Part {}

        /** The caller's address. */
        record RemoteAddress(String key) implements Part {}

        /** The caller's SPIFFE ID, where mTLS has proven one. */
        record Principal(String key) implements Part {}

        /** {@code true} or {@code false}: whether RE2 finds something in that SPIFFE ID. */
        record PrincipalMatch(String key, Pattern pattern) implements Part {}

        /** A fixed entry of requests that pass a test of access rules. */
        record When(String key, String value, Matcher test) implements Part {}

        /** What the control plane knows of the caller; none: no descriptor. */
        record Peer(String key, Matcher.Attribute of) implements Part {}
    }
}
