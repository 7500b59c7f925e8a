package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.OutlierDetection;
import org.jspecify.annotations.Nullable;

/** Reads {@code outlierDetection} of a traffic policy. */
final class OutlierDetectionReader {

    private static final int WHOLE = 100;
    private static final int LEAST_STATUS = 100;
    private static final int GREATEST_STATUS = 599;

    private OutlierDetectionReader() {}

    static OutlierDetection read(Fields outliers) {
        boolean split = outliers.bool("splitExternalLocalOriginErrors");
        Integer localOrigin = errors(outliers, "consecutiveLocalOriginFailures");
        if (!split && localOrigin != null && localOrigin > 0) {
            outliers.problem(
                    "consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors");
        }
        return new OutlierDetection(
                outliers.integer("consecutiveErrors", 0, Integer.MAX_VALUE, 0),
                errors(outliers, "consecutiveGatewayErrors"),
                errors(outliers, "consecutive5xxErrors"),
                localOrigin == null ? 0 : localOrigin,
                split,
                Durations.read(outliers, "interval", 1),
                Durations.read(outliers, "baseEjectionTime", 1),
                outliers.integer("maxEjectionPercent", 0, WHOLE, 0),
                outliers.integer("minHealthPercent", 0, WHOLE, 0),
                outliers
                        .integerList(
                                "outlierDetectionHttpErrorCodes", LEAST_STATUS, GREATEST_STATUS)
                        .stream()
                        .distinct()
                        .toList());
    }

    private static @Nullable Integer errors(Fields outliers, String name) {
        int given = outliers.integer(name, 0, Integer.MAX_VALUE, -1);
        return given < 0 ? null : given;
    }
}
