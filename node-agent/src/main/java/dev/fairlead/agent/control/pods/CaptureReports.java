package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The way to the control plane's record of captured pods. */
public interface CaptureReports {

    /**
     * Says once whether {@code pod} is captured. Completes when that is stored: true where all
     * agents follow it, false where {@code waitForAgents} ran out first. Fails where it was not
     * taken.
     *
     * @param waitForAgents zero: do not wait for them
     */
    CompletableFuture<Boolean> report(LocalPod pod, boolean captured, Duration waitForAgents);
}
