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
 * @param reach by {@code internalTrafficPolicy} and {@code trafficDistribution}
 */
public record Service(
        Meta meta,
        List<String> addresses,
        boolean headless,
        Map<String, String> selector,
        List<Port> ports,
        List<String> exportTo,
        Reach reach) {

    public Service(
            Meta meta,
            List<String> addresses,
            boolean headless,
            Map<String, String> selector,
            List<Port> ports,
            List<String> exportTo) {
        this(meta, addresses, headless, selector, ports, exportTo, Reach.ANYWHERE);
    }

    /** Which endpoints clients go to, by where they are. */
    public enum Reach {
        ANYWHERE,
        /** First those in their own zone. */
        PREFER_ZONE,
        /** First those on their own node. */
        PREFER_NODE,
        /** Those on their own node only. */
        NODE
    }

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
