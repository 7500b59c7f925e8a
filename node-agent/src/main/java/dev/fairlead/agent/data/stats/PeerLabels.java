package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.model.workload.Workload;
import org.jspecify.annotations.Nullable;

/** One side of a request or connection, as Istio's metrics label it. */
public record PeerLabels(
        String app, String principal, String workload, String workloadNamespace, String version) {

    public static final PeerLabels UNKNOWN =
            new PeerLabels("unknown", "unknown", "unknown", "unknown", "unknown");

    /**
     * @param principal verified identity as a URI; empty where there was no mTLS
     */
    public static PeerLabels of(@Nullable Workload workload, String principal) {
        String shown = principal.isEmpty() ? "unknown" : principal;
        return workload == null
                ? new PeerLabels("unknown", shown, "unknown", "unknown", "unknown")
                : new PeerLabels(
                        workload.app(),
                        shown,
                        workload.workloadName(),
                        workload.namespace(),
                        workload.version());
    }
}
