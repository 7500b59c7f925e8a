package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP route does beside sending requests on. Null means: it does not say.
 *
 * @param timeout for the whole response
 * @param mirror who gets copies, and {@code mirrorShare} how many; null: of all requests
 * @param mirrors who gets copies, too; null: it does not say
 */
public record HttpPolicy(
        @Nullable Rewrite rewrite,
        @Nullable Duration timeout,
        @Nullable Retries retries,
        @Nullable Fault fault,
        VirtualService.@Nullable Target mirror,
        @Nullable Share mirrorShare,
        @Nullable List<Mirror> mirrors,
        @Nullable Cors cors,
        @Nullable HeaderChanges headers) {

    public static final HttpPolicy NONE =
            new HttpPolicy(null, null, null, null, null, null, null, null, null);

    public HttpPolicy {
        mirrors = mirrors == null ? null : List.copyOf(mirrors);
    }

    /**
     * What becomes of path and authority. Empty: they stay.
     *
     * @param uri in place of what the match took
     * @param pattern RE2; all that it finds in the path is replaced by {@code substitution}
     */
    public record Rewrite(String uri, String pattern, String substitution, String authority) {}

    /** A destination that gets copies of a share of requests. */
    public record Mirror(VirtualService.Target destination, Share share) {}

    /** Requests that are delayed, then those that are answered at once. */
    public record Fault(@Nullable Delay delay, @Nullable Abort abort) {

        /** Requests that wait. */
        public record Delay(Duration fixed, Share share) {}

        /**
         * Requests that are answered by one of the two.
         *
         * @param httpStatus 0: not by it
         * @param grpcStatus -1: not by it
         */
        public record Abort(int httpStatus, int grpcStatus, Share share) {}
    }

    /**
     * Whose pages may ask, and how.
     *
     * @param maxAgeSeconds -1: not said
     * @param forwardUnmatched whether a preflight of another origin is passed on
     */
    public record Cors(
            List<StringMatch> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            long maxAgeSeconds,
            @Nullable Boolean credentials,
            boolean forwardUnmatched) {

        public Cors {
            origins = List.copyOf(origins);
            methods = List.copyOf(methods);
            headers = List.copyOf(headers);
            exposed = List.copyOf(exposed);
        }
    }

    /** Who gets copies; whoever would get none of them is left out. */
    public List<Mirror> copies() {
        List<Mirror> all = new ArrayList<>();
        if (mirror != null) {
            all.add(new Mirror(mirror, mirrorShare == null ? Share.ALL : mirrorShare));
        }
        if (mirrors != null) {
            all.addAll(mirrors);
        }
        all.removeIf(copy -> copy.share().isNone());
        return all;
    }

    /** Where this does not say, what {@code root} says. */
    HttpPolicy orElse(HttpPolicy root) {
        return new HttpPolicy(
                rewrite != null ? rewrite : root.rewrite,
                timeout != null ? timeout : root.timeout,
                retries != null ? retries : root.retries,
                fault != null ? fault : root.fault,
                mirror != null ? mirror : root.mirror,
                mirrorShare != null ? mirrorShare : root.mirrorShare,
                mirrors != null ? mirrors : root.mirrors,
                cors != null ? cors : root.cors,
                headers != null ? headers : root.headers);
    }

    /** Whether it says nothing, or of the timeout alone. */
    boolean isPlain() {
        return new HttpPolicy(
                        rewrite, null, retries, fault, mirror, mirrorShare, mirrors, cors, headers)
                .equals(NONE);
    }
}
