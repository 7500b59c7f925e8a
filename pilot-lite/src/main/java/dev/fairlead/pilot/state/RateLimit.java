package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many requests pods let in; or, of one route, send. Each pod counts by itself.
 *
 * @param namespace whose pods; empty: every namespace's
 * @param selector labels of those pods; empty: all
 * @param route null: requests are counted where they arrive
 */
public record RateLimit(
        Meta meta,
        String namespace,
        Map<String, String> selector,
        @Nullable RouteName route,
        List<Rule> rules)
        implements ConfigObject {

    public RateLimit {
        selector = Map.copyOf(selector);
        rules = List.copyOf(rules);
    }

    /** HTTP routes of that name of a VirtualService of the same namespace. */
    public record RouteName(String virtualService, String name) {}

    /** Requests that fit are counted; what is too many is answered. */
    public record Rule(Match match, Limit limit, Answer answer) {}

    /**
     * What a request must have, all of it.
     *
     * @param port of the pod; 0: any
     * @param path without its query
     * @param methods one of these; empty: any
     * @param withoutHeaders what it must not have
     * @param principals of one of these the caller must be: SPIFFE IDs without {@code spiffe://},
     *     {@code *} at an end stands for anything; empty: of any, and of none
     */
    public record Match(
            int port,
            StringMatch path,
            Map<String, StringMatch> headers,
            Map<String, StringMatch> withoutHeaders,
            List<String> methods,
            List<String> principals) {

        public static final Match ANY =
                new Match(0, new StringMatch.Present(), Map.of(), Map.of(), List.of(), List.of());

        public Match {
            headers = Map.copyOf(headers);
            withoutHeaders = Map.copyOf(withoutHeaders);
            methods = List.copyOf(methods);
            principals = List.copyOf(principals);
        }

        /** Whether all requests of a port fit. */
        public boolean takesAll() {
            return path instanceof StringMatch.Present
                    && headers.isEmpty()
                    && withoutHeaders.isEmpty()
                    && methods.isEmpty()
                    && principals.isEmpty();
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

    /** Name of one of its rules, unlike that of any other's. */
    public String nameOf(int rule) {
        return "ratelimit." + meta.namespace() + "." + meta.name() + "." + rule;
    }

    /** Whether it limits a route of that VirtualService. */
    public boolean isOf(VirtualService rule) {
        return route != null
                && route.virtualService.equals(rule.meta().name())
                && meta.namespace().equals(rule.meta().namespace())
                && rule.http().stream().anyMatch(http -> http.name().equals(route.name));
    }

    /** Whether it counts what enters the pod. */
    public boolean selects(Pod pod) {
        return route == null
                && (namespace.isEmpty() || namespace.equals(pod.namespace()))
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }
}
