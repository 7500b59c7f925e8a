package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Retries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a request is sent again, with every default settled.
 *
 * @param on conditions by Envoy's names, parted by commas
 * @param statuses that are conditions, too
 * @param perTryTimeout null: none
 * @param otherHosts whether a try goes to an endpoint that was not tried
 * @param hostPicks how often one is looked for; 0: as often as Envoy does
 * @param backoff before the first; null: Envoy's
 */
public record RetryPolicy(
        int retries,
        String on,
        List<Integer> statuses,
        @Nullable Duration perTryTimeout,
        boolean otherHosts,
        int hostPicks,
        boolean otherLocalities,
        @Nullable Duration backoff) {

    private static final int DEFAULT_RETRIES = 2;
    private static final int HOST_PICKS = 5;
    private static final String STATUS_CODES = "retriable-status-codes";
    private static final String MODERN =
            "connect-failure,refused-stream,unavailable,cancelled," + STATUS_CODES;
    private static final String OLD = "5xx,connect-failure,refused-stream";

    public RetryPolicy {
        statuses = List.copyOf(statuses);
    }

    /**
     * What holds for a route; null: nothing is retried. In compat istio-1.0 nothing is by default,
     * and tries may go wherever they went before.
     *
     * <p>Source: Istio's pilot, route/retry; of 1.0.6 translateRetryPolicy.
     *
     * @param written by the route, null: it does not say, and the mesh's default holds
     * @param hashed where a request goes is found by its hash, so that a try goes there again
     */
    static @Nullable RetryPolicy of(@Nullable Retries written, MeshSettings mesh, boolean hashed) {
        Retries asked = written != null ? written : mesh.retries();
        boolean modern = mesh.modern();
        if (asked == null) {
            return modern
                    ? new RetryPolicy(
                            DEFAULT_RETRIES,
                            MODERN,
                            List.of(),
                            null,
                            !hashed,
                            HOST_PICKS,
                            false,
                            null)
                    : null;
        }
        if (asked.attempts() == 0) {
            return null;
        }
        boolean otherHosts = asked.otherHosts() != null ? asked.otherHosts() : modern && !hashed;
        return new RetryPolicy(
                asked.attempts(),
                conditions(asked, modern),
                asked.statuses(),
                asked.perTryTimeout(),
                otherHosts,
                modern || otherHosts ? HOST_PICKS : 0,
                asked.otherLocalities(),
                asked.backoff());
    }

    private static String conditions(Retries asked, boolean modern) {
        if (asked.on().isEmpty() && asked.statuses().isEmpty()) {
            return modern ? MODERN : OLD;
        }
        List<String> on = new ArrayList<>(asked.on());
        if (!asked.statuses().isEmpty() && !on.contains(STATUS_CODES)) {
            on.add(STATUS_CODES);
        }
        return String.join(",", on);
    }
}
