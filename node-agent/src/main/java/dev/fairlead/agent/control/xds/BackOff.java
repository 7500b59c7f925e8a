package dev.fairlead.agent.control.xds;

import io.grpc.Status;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubles with every failure up to a cap, and is drawn from
 * its upper half, so that the agents of a mesh do not come back all at once.
 */
public record BackOff(Duration first, Duration cap) {

    /** Back at once after a restart; no storm against a server that stays away. */
    public static final BackOff DEFAULT =
            new BackOff(Duration.ofMillis(250), Duration.ofSeconds(10));

    /**
     * @param failures in a row so far, at least 1
     */
    Duration after(int failures, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(failures - 1, 20);
        long bound = Math.max(2, Math.min(cap.toMillis(), doubled));
        return Duration.ofMillis(random.nextLong(bound / 2, bound + 1));
    }

    /** Why a call failed, in words for operators. */
    static String reason(Status status) {
        Throwable cause = status.getCause();
        String description = String.valueOf(status.getDescription());
        String words = status.getCode() + " " + description.lines().findFirst().orElse("");
        return cause == null ? words : words + ": " + cause.getMessage();
    }
}
