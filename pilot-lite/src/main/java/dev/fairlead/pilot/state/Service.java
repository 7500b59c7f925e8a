package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes Service.
 *
 * @param addresses its cluster IPs; empty for a headless one, and before one is assigned
 * @param selector labels of its pods; empty: its endpoints come from elsewhere
 * @param exportTo for whose clients it is there, as {@link Visibility#of} reads it; empty: for
 *     those that the mesh's settings say
 */
public record Service(
        Meta meta,
        List<String> addresses,
        boolean headless,
        Map<String, String> selector,
        List<Port> ports,
        List<String> exportTo) {

    /** What Kubernetes names Services under. */
    public static final String DOMAIN = "svc.cluster.local";

    public Service {
        addresses = List.copyOf(addresses);
        selector = Map.copyOf(selector);
        ports = List.copyOf(ports);
        exportTo = List.copyOf(exportTo);
    }

    /**
     * One port of a Service.
     *
     * @param targetPort the pods' port where the Service gives a number, else 0
     * @param targetName the pods' port where the Service gives a name, else empty
     */
    public record Port(
            String name, int port, int targetPort, String targetName, Protocol protocol) {}

    public String namespace() {
        return meta.namespace();
    }

    public String name() {
        return meta.name();
    }

    public String fqdn() {
        return meta.name() + "." + meta.namespace() + "." + DOMAIN;
    }

    /** The port with this number, or null. */
    public @Nullable Port port(int number) {
        for (Port port : ports) {
            if (port.port() == number) {
                return port;
            }
        }
        return null;
    }

    /** Whether its selector takes a pod with these labels. */
    public boolean selects(Map<String, String> labels) {
        return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
    }
}
