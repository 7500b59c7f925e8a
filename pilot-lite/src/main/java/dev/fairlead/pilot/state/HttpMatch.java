package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request must be. Null, 0 and empty mean: anything.
 *
 * @param headers by lower-case name
 * @param withoutHeaders by lower-case name; none of these may fit
 * @param queryParams by name
 * @param gateways where the match holds, {@code mesh} for all pods; empty: wherever its
 *     VirtualService does
 * @param statPrefix of the stats of requests that it takes
 */
public record HttpMatch(
        String name,
        @Nullable StringMatch uri,
        boolean ignoreUriCase,
        @Nullable StringMatch scheme,
        @Nullable StringMatch method,
        @Nullable StringMatch authority,
        Map<String, StringMatch> headers,
        Map<String, StringMatch> withoutHeaders,
        Map<String, StringMatch> queryParams,
        int port,
        Map<String, String> sourceLabels,
        String sourceNamespace,
        List<String> gateways,
        String statPrefix) {

    public static final HttpMatch ANY =
            new HttpMatch(
                    "", null, false, null, null, null, Map.of(), Map.of(), Map.of(), 0, Map.of(),
                    "", List.of(), "");

    private static final String MESH = "mesh";

    public HttpMatch {
        headers = Map.copyOf(headers);
        withoutHeaders = Map.copyOf(withoutHeaders);
        queryParams = Map.copyOf(queryParams);
        sourceLabels = Map.copyOf(sourceLabels);
        gateways = List.copyOf(gateways);
    }

    /** Every request of clients with these labels. */
    public static HttpMatch from(Map<String, String> sourceLabels) {
        return new HttpMatch(
                "",
                null,
                false,
                null,
                null,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                0,
                sourceLabels,
                "",
                List.of(),
                "");
    }

    /** Whether it is for CONNECT requests, which have neither scheme nor path. */
    public boolean connect() {
        return method instanceof StringMatch.Exact(String word) && word.equals("CONNECT");
    }

    /** Whether it holds for pods of the mesh. */
    public boolean forMesh() {
        return gateways.isEmpty() || gateways.contains(MESH);
    }

    /** Whether it looks at what agents learnt to look at with traffic policy. */
    public boolean asksOfQueryOrAbsence() {
        return !queryParams.isEmpty() || !withoutHeaders.isEmpty();
    }
}
