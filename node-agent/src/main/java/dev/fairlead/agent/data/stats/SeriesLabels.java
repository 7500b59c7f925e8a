package dev.fairlead.agent.data.stats;

/**
 * Labels of Istio's standard metrics, response code and flags apart.
 *
 * @param service FQDN asked for, or {@code unknown}
 * @param serviceName first label of the FQDN
 * @param protocol {@code http} or {@code tcp}
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

    /** Which side saw it. */
    public enum Reporter {
        SOURCE,
        DESTINATION
    }
}
