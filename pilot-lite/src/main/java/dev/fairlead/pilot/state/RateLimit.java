package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How many requests pods let in, each pod by itself.
 *
 * @param namespace whose pods; empty: every namespace's
 * @param selector labels of those pods; empty: all
 */
public record RateLimit(Meta meta, String namespace, Map<String, String> selector, List<Rule> rules)
        implements ConfigObject {

    public RateLimit {
        selector = Map.copyOf(selector);
        rules = List.copyOf(rules);
    }

    /** Requests that fit are counted; what is too many is answered. */
    public record Rule(Match match, Limit limit, Answer answer) {}

    /**
     * What a request must have, all of it.
     *
     * @param port of the pod; 0: any
     * @param path without its query
     * @param methods one of these; empty: any
     * @param withoutHeaders what it must not have
     */
    public record Match(
            int port,
            StringMatch path,
            Map<String, StringMatch> headers,
            Map<String, StringMatch> withoutHeaders,
            List<String> methods) {

        public static final Match ANY =
                new Match(0, new StringMatch.Present(), Map.of(), Map.of(), List.of());

        public Match {
            headers = Map.copyOf(headers);
            withoutHeaders = Map.copyOf(withoutHeaders);
            methods = List.copyOf(methods);
        }

        /** Whether all requests of a port fit. */
        public boolean takesAll() {
            return path instanceof StringMatch.Present
                    && headers.isEmpty()
                    && withoutHeaders.isEmpty()
                    && methods.isEmpty();
        }

        public boolean takes(int ofPort) {
            return port == 0 || port == ofPort;
        }
    }

    /**
     * @param burst how many may come at once
     */
    public record Limit(int requests, Duration per, int burst) {}

    /**
     * @param body empty: the agent's own
     */
    public record Answer(int status, String body) {
        public static final Answer USUAL = new Answer(429, "");
    }

    public boolean selects(Pod pod) {
        return (namespace.isEmpty() || namespace.equals(pod.namespace()))
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }
}
