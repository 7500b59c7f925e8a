package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.model.workload.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Labels of Istio's standard metrics, response code and flags apart.
 *
 * @param service FQDN asked for, or {@code unknown}
 * @param serviceName first label of the FQDN
 * @param protocol {@code http}, {@code grpc} or {@code tcp}
 */
public record SeriesLabels(
        Reporter reporter,
        PeerLabels source,
        PeerLabels destination,
        String service,
        String serviceName,
        String serviceNamespace,
        String protocol,
        boolean mutualTls) {

    /** What {@code source} sent and no cluster took. */
    public static SeriesLabels unrouted(@Nullable Workload source, String protocol) {
        return new SeriesLabels(
                Reporter.SOURCE,
                PeerLabels.of(source, ""),
                PeerLabels.UNKNOWN,
                "unknown",
                "unknown",
                "unknown",
                protocol,
                false);
    }

    SeriesLabels withProtocol(String other) {
        return new SeriesLabels(
                reporter,
                source,
                destination,
                service,
                serviceName,
                serviceNamespace,
                other,
                mutualTls);
    }

    /** Which side saw it. */
    public enum Reporter {
        SOURCE,
        DESTINATION
    }
}
