package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Share;
import org.jspecify.annotations.Nullable;

/** Reads shares of requests: {@code {value: 0.1}}, or in the old spelling a whole number. */
final class Percents {

    /** What is smaller and not 0 would come out as 0. */
    static final double FINEST = 0.0001;

    private static final int WHOLE = 100;

    private Percents() {}

    /**
     * A share by the field {@code name}, else by {@code old}; null where neither is there.
     *
     * @param old empty: there is no old spelling
     * @param finest what a share that is not 0 must be at least
     */
    static @Nullable Share share(Fields fields, String name, String old, double finest) {
        int percent = old.isEmpty() ? -1 : fields.integer(old, 0, WHOLE, -1);
        Double value =
                fields.object(
                        name,
                        percentage -> {
                            Double given = percentage.decimal("value", 0, WHOLE);
                            if (given != null && given > 0 && given < finest) {
                                percentage.problem(
                                        "value", "must be 0, or a number from " + finest);
                            }
                            return given == null ? 0.0 : given;
                        });
        if (value != null) {
            return Share.ofPercent(value);
        }
        return percent < 0 ? null : Share.ofPercent(percent);
    }
}
