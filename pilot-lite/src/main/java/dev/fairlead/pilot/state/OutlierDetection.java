package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When an endpoint is left alone for a while. What is null is as Envoy has it; 0 errors: never for
 * these.
 *
 * @param errors the old word, of gateway errors; others then do not count
 * @param localOrigin in a row without reaching the endpoint, where {@code split}
 * @param split whether what did not reach the endpoint is counted apart
 * @param maxEjectionPercent of a host's endpoints at a time; 0: Envoy's
 * @param minHealthPercent below that all are chosen from
 * @param errorCodes HTTP statuses that are errors, and the only ones; none: 5xx are
 */
public record OutlierDetection(
        int errors,
        @Nullable Integer consecutiveGatewayErrors,
        @Nullable Integer consecutive5xxErrors,
        int localOrigin,
        boolean split,
        @Nullable Duration interval,
        @Nullable Duration baseEjectionTime,
        int maxEjectionPercent,
        int minHealthPercent,
        List<Integer> errorCodes) {

    public OutlierDetection {
        errorCodes = List.copyOf(errorCodes);
    }
}
