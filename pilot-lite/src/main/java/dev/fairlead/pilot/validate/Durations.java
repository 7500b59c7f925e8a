package dev.fairlead.pilot.validate;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads durations as Istio's objects write them: {@code 1.5s}, {@code 1h30m}. */
final class Durations {

    private static final Pattern PART =
            Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(h|ms|m|us|ns|s)");
    private static final Pattern WHOLE = Pattern.compile("(" + PART.pattern() + ")+");
    private static final Map<String, Long> NANOS =
            Map.of(
                    "h", 3_600_000_000_000L,
                    "m", 60_000_000_000L,
                    "s", 1_000_000_000L,
                    "ms", 1_000_000L,
                    "us", 1_000L,
                    "ns", 1L);
    private static final BigDecimal NANOS_A_MILLI = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal MAX_MILLIS =
            BigDecimal.valueOf(Duration.ofDays(365).toMillis());

    private Durations() {}

    /**
     * The duration of that name in whole milliseconds, null where there is none or a wrong one.
     *
     * @param leastMillis 1, or 0 where nothing at all can be meant; a year is the most
     */
    static @Nullable Duration read(Fields fields, String name, long leastMillis) {
        String text = fields.string(name);
        if (text.isEmpty()) {
            return null;
        }
        BigDecimal millis = millis(text);
        if (millis == null
                || millis.compareTo(BigDecimal.valueOf(leastMillis)) < 0
                || millis.compareTo(MAX_MILLIS) > 0) {
            fields.problem(
                    name,
                    "\""
                            + text
                            + "\" is not a duration of at least "
                            + leastMillis
                            + "ms, at most a year");
            return null;
        }
        if (millis.stripTrailingZeros().scale() > 0) {
            fields.problem(name, "\"" + text + "\" is finer than a millisecond");
            return null;
        }
        return Duration.ofMillis(millis.longValue());
    }

    private static @Nullable BigDecimal millis(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L));
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit));
        }
        return nanos.divide(NANOS_A_MILLI);
    }
}
