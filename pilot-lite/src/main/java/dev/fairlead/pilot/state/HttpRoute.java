package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.VirtualService.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Taken by a request that any of the matches fits; no match at all fits every request. What it does
 * is the first of: redirect, answer, send on. A root's route has a delegate, and nothing of these
 * three.
 *
 * @param limit of what its clients send, which a RateLimit says
 */
public record HttpRoute(
        String name,
        List<HttpMatch> matches,
        List<Destination> destinations,
        @Nullable Redirect redirect,
        @Nullable DirectResponse directResponse,
        @Nullable Delegate delegate,
        HttpPolicy policy,
        @Nullable RateLimit limit) {

    public HttpRoute {
        matches = List.copyOf(matches);
        destinations = List.copyOf(destinations);
    }

    public HttpRoute(
            String name,
            List<HttpMatch> matches,
            List<Destination> destinations,
            @Nullable Redirect redirect,
            @Nullable DirectResponse directResponse,
            @Nullable Delegate delegate,
            HttpPolicy policy) {
        this(name, matches, destinations, redirect, directResponse, delegate, policy, null);
    }

    /** The same one, limited. */
    HttpRoute with(RateLimit other) {
        return new HttpRoute(
                name, matches, destinations, redirect, directResponse, delegate, policy, other);
    }

    /** A share of requests, changed on their way. */
    public record Destination(Target target, HeaderChanges headers) {}

    /**
     * Where the client is sent instead. Empty and 0 mean: as it asked.
     *
     * @param uri the whole path; or {@code prefixRewrite} in place of what the match took
     * @param requestPort the port that was called is named
     */
    public record Redirect(
            String uri,
            String prefixRewrite,
            String authority,
            String scheme,
            int port,
            boolean requestPort,
            int code) {}

    /**
     * The answer.
     *
     * @param text the body, or
     * @param base64 the body's bytes
     */
    public record DirectResponse(int status, String text, String base64) {}

    /** The VirtualService whose routes come in its place. */
    public record Delegate(String namespace, String name) {}

    /** Whether agents need traffic policy for it. */
    boolean asksForTrafficPolicy() {
        return redirect != null
                || (directResponse != null && !directResponse.base64.isEmpty())
                || !policy.isPlain()
                || destinations.stream().anyMatch(one -> !one.headers().isEmpty())
                || matches.stream()
                        .anyMatch(m -> m.asksOfQueryOrAbsence() || !m.statPrefix().isEmpty());
    }
}
