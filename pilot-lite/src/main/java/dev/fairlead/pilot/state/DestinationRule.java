package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How connections to a host are made, and which named parts it has. */
public record DestinationRule(
        Meta meta, String host, Visibility visibility, TrafficPolicy policy, List<Subset> subsets)
        implements ConfigObject {

    public DestinationRule {
        subsets = List.copyOf(subsets);
    }

    /** The endpoints of a host with these labels. */
    public record Subset(String name, Map<String, String> labels, TrafficPolicy policy) {
        public Subset {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * Settings that may be absent (null).
     *
     * @param proxyProtocol null: no header; the same for all ports
     * @param ports by port number; for that port they replace the others altogether
     */
    public record TrafficPolicy(
            @Nullable TlsMode tls,
            @Nullable LoadBalancing balancing,
            @Nullable ProxyProtocol proxyProtocol,
            Map<Integer, TrafficPolicy> ports) {

        public static final TrafficPolicy NONE = new TrafficPolicy(null, null, null, Map.of());

        public TrafficPolicy {
            ports = Map.copyOf(ports);
        }

        /** What holds for a port, {@code subset}'s settings taking precedence over these. */
        public TrafficPolicy at(int port, TrafficPolicy subset) {
            TrafficPolicy own = ports.getOrDefault(port, this);
            TrafficPolicy part = subset.ports.getOrDefault(port, subset);
            return new TrafficPolicy(
                    part.tls != null ? part.tls : own.tls,
                    part.balancing != null ? part.balancing : own.balancing,
                    subset.proxyProtocol != null ? subset.proxyProtocol : proxyProtocol,
                    Map.of());
        }
    }

    /** What the client does about TLS. */
    public enum TlsMode {
        DISABLE,
        ISTIO_MUTUAL
    }

    /** How an endpoint is chosen. */
    public enum LoadBalancing {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM
    }

    /** The subset of this name, or null. */
    public @Nullable Subset subset(String name) {
        for (Subset subset : subsets) {
            if (subset.name().equals(name)) {
                return subset;
            }
        }
        return null;
    }
}
