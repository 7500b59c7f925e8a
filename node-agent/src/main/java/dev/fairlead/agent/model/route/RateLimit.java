package dev.fairlead.agent.model.route;

import java.time.Duration;
import java.util.List;

/**
 * How many requests may pass, counted by this pod alone. Source: Envoy, "Local rate limit".
 *
 * @param statPrefix of its stats, {@code <prefix>.http_local_rate_limit.}
 * @param bucket of all requests that no descriptor takes
 * @param descriptors buckets of requests that are alike in some way
 * @param status of the answer to a request too many
 * @param enforced whether requests too many are refused or only counted
 * @param response what is changed of that answer's head
 */
public record RateLimit(
        String statPrefix,
        Bucket bucket,
        List<Descriptor> descriptors,
        List<Action> actions,
        int status,
        boolean enforced,
        HeaderEdits.Side response) {

    public RateLimit {
        descriptors = List.copyOf(descriptors);
        actions = List.copyOf(actions);
    }

    /** {@code tokens} more every {@code interval}, {@code most} at a time. */
    public record Bucket(long most, long tokens, Duration interval) {}

    /** Requests that have these entries share a bucket. */
    public record Descriptor(List<Entry> entries, Bucket bucket) {
        public Descriptor {
            entries = List.copyOf(entries);
        }
    }

    /** What a request is, in one respect. */
    public record Entry(String key, String value) {}

    /** How one descriptor of a request is found. Its parts must all be there. */
    public record Action(List<Part> parts) {
        public Action {
            parts = List.copyOf(parts);
        }
    }

    /** One entry of a request's descriptor. */
    public sealed interface Part {
        /** A header's value. */
        record Header(String name, String key) implements Part {}

        /** A fixed entry, where all tests hold (or, if {@code expect} is false, where not). */
        record HeadersMatch(String key, String value, boolean expect, List<HeaderMatcher> headers)
                implements Part {
            public HeadersMatch {
                headers = List.copyOf(headers);
            }
        }

        /** A fixed entry. */
        record Fixed(String key, String value) implements Part {}

        /** {@code remote_address}: the caller's. */
        record RemoteAddress() implements Part {}
    }
}
