package dev.fairlead.lab.cluster.view;

import java.time.Duration;

/** How long ago, in at most two units, as kubectl prints it: 119s, 2m5s, 45m, 3h20m, 2d4h, 30d. */
final class Age {

    private static final int TWO_MINUTES = 120;
    private static final int TEN_MINUTES = 10;
    private static final int THREE_HOURS = 180;
    private static final int EIGHT_HOURS = 8;
    private static final int TWO_DAYS = 48;
    private static final int EIGHT_DAYS = 8;

    private Age() {}

    static String of(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < TWO_MINUTES) {
            return seconds + "s";
        }
        if (minutes < TEN_MINUTES) {
            return two(minutes, "m", seconds % 60, "s");
        }
        if (minutes < THREE_HOURS) {
            return minutes + "m";
        }
        if (hours < EIGHT_HOURS) {
            return two(hours, "h", minutes % 60, "m");
        }
        if (hours < TWO_DAYS) {
            return hours + "h";
        }
        return days < EIGHT_DAYS ? two(days, "d", hours % 24, "h") : days + "d";
    }

    private static String two(long major, String unit, long minor, String smaller) {
        return minor == 0 ? major + unit : major + unit + minor + smaller;
    }
}
