package dev.fairlead.lab.cluster;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pod that was started and how it does: what the host runtime knows of it.
 *
 * @param ready all containers are ready (and the pod is not terminating)
 * @param created when the plan made it
 * @param deleted when its deletion was asked for, or null; a terminating pod has one
 * @param containers in the order of the launch
 * @param message why it is not running, or empty
 */
public record PodState(
        PodLaunch launch,
        Phase phase,
        boolean ready,
        Instant created,
        @Nullable Instant deleted,
        List<ContainerState> containers,
        String message) {

    /** Kubernetes' own, but for Unknown. */
    public enum Phase {
        PENDING("Pending"),
        RUNNING("Running"),
        SUCCEEDED("Succeeded"),
        FAILED("Failed");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /**
     * @param restarts how often it was started again
     * @param status what {@code get pods} shows in place of Running while it is not, such as
     *     CrashLoopBackOff, Completed or Error; empty while it runs
     * @param lastExit exit status of the last run that ended, or null
     */
    public record ContainerState(
            String name,
            boolean ready,
            boolean running,
            int restarts,
            String status,
            @Nullable Integer lastExit) {}

    public PodState {
        containers = List.copyOf(containers);
    }

    public boolean terminating() {
        return deleted != null;
    }

    /** It has ended for good: it holds no address and serves nothing. */
    public boolean finished() {
        return phase == Phase.SUCCEEDED || phase == Phase.FAILED;
    }
}
