package dev.fairlead.pilot.state;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a host are made, and which named parts it has.
 *
 * @param selector labels of the clients of its namespace that it is for; null: all that see it
 * @param nodeWide whether limits are those of all pods of a node together
 */
public record DestinationRule(
        Meta meta,
        String host,
        Visibility visibility,
        @Nullable Map<String, String> selector,
        TrafficPolicy policy,
        List<Subset> subsets,
        boolean nodeWide)
        implements ConfigObject {

    public DestinationRule {
        selector = selector == null ? null : Map.copyOf(selector);
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
     * @param proxyProtocol null: no header; the same for all ports, as are {@code retryBudget} and
     *     {@code tunnel}
     * @param ports by port number; for that port they replace the others altogether
     */
    public record TrafficPolicy(
            @Nullable TlsSettings tls,
            @Nullable Balancer balancer,
            @Nullable ConnectionPool pool,
            @Nullable OutlierDetection outliers,
            @Nullable RetryBudget retryBudget,
            @Nullable ProxyProtocol proxyProtocol,
            @Nullable Tunnel tunnel,
            Map<Integer, TrafficPolicy> ports) {

        public static final TrafficPolicy NONE =
                new TrafficPolicy(null, null, null, null, null, null, null, Map.of());

        public TrafficPolicy {
            ports = Map.copyOf(ports);
        }

        /** What holds for a port, {@code subset}'s settings taking precedence over these. */
        public TrafficPolicy at(int port, TrafficPolicy subset) {
            TrafficPolicy ofPort = subset.ports.get(port);
            TrafficPolicy own = ofPort != null ? ofPort : ports.getOrDefault(port, this);
            TrafficPolicy part = ofPort != null ? ofPort : subset;
            return new TrafficPolicy(
                    part.tls != null ? part.tls : own.tls,
                    part.balancer != null ? part.balancer : own.balancer,
                    part.pool != null ? part.pool : own.pool,
                    part.outliers != null ? part.outliers : own.outliers,
                    subset.retryBudget != null ? subset.retryBudget : retryBudget,
                    subset.proxyProtocol != null ? subset.proxyProtocol : proxyProtocol,
                    null,
                    Map.of());
        }

        /** This, and what it does not say as {@code otherwise} says, each as a whole. */
        public TrafficPolicy or(
                @Nullable ConnectionPool otherwise, @Nullable OutlierDetection outliersOtherwise) {
            return new TrafficPolicy(
                    tls,
                    balancer,
                    pool != null ? pool : otherwise,
                    outliers != null ? outliers : outliersOtherwise,
                    retryBudget,
                    proxyProtocol,
                    tunnel,
                    ports);
        }

        public @Nullable LoadBalancing balancing() {
            return balancer == null ? null : balancer.simple();
        }

        public @Nullable ConsistentHash hash() {
            return balancer == null ? null : balancer.hash();
        }

        public @Nullable HttpPool http() {
            return pool == null ? null : pool.http();
        }

        private boolean usesClientProtocol() {
            HttpPool http = http();
            return (http != null && http.useClientProtocol)
                    || ports.values().stream().anyMatch(TrafficPolicy::usesClientProtocol);
        }

        private boolean asksForTrafficPolicy() {
            return (balancer != null && balancer.asksForTrafficPolicy())
                    || (pool != null && pool.asksForTrafficPolicy())
                    || outliers != null
                    || retryBudget != null
                    || ports.values().stream().anyMatch(TrafficPolicy::asksForTrafficPolicy);
        }

        private void addClientLabels(Set<String> labels) {
            if (balancer != null && balancer.locality() != null) {
                labels.addAll(balancer.locality().clientLabels());
            }
            ports.values().forEach(port -> port.addClientLabels(labels));
        }

        private boolean originatesTls() {
            return (tls != null && tls.mode().originates())
                    || ports.values().stream().anyMatch(TrafficPolicy::originatesTls);
        }

        private boolean asksForNewerFields() {
            return (outliers != null && !outliers.errorCodes().isEmpty())
                    || (retryBudget != null && retryBudget.interval() != null)
                    || tunnel != null
                    || ports.values().stream().anyMatch(TrafficPolicy::asksForNewerFields);
        }

        private boolean sparesEndpoints() {
            return outliers != null
                    || ports.values().stream().anyMatch(TrafficPolicy::sparesEndpoints);
        }

        /** Whether it, or what it says of a port, says anything of HTTP. */
        boolean asksOfHttp() {
            HttpPool http = http();
            return (http != null && !http.equals(HttpPool.DEFAULT))
                    || ports.values().stream().anyMatch(TrafficPolicy::asksOfHttp);
        }
    }

    /**
     * How HTTP is spoken to a host. Never both an upgrade and the client's protocol.
     *
     * @param useClientProtocol HTTP/2 where the client speaks that, HTTP/1.1 otherwise
     * @param maxConcurrentStreams on one HTTP/2 connection; 0: as many as the host allows
     */
    public record HttpPool(H2Upgrade upgrade, boolean useClientProtocol, int maxConcurrentStreams) {
        public static final HttpPool DEFAULT = new HttpPool(H2Upgrade.DEFAULT, false, 0);
    }

    /** Whether a host is spoken to in HTTP/2 although its ports do not say so. */
    public enum H2Upgrade {
        /** As the mesh's setting says. */
        DEFAULT,
        DO_NOT_UPGRADE,
        UPGRADE
    }

    /** How an endpoint is chosen. */
    public enum LoadBalancing {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM,
        /** None is: the client's choice stands. */
        PASSTHROUGH
    }

    /** Whether it says anything of HTTP, of any part of the host. */
    public boolean asksOfHttp() {
        return policy.asksOfHttp() || subsets.stream().anyMatch(s -> s.policy().asksOfHttp());
    }

    /** Whether it says anything of any part of the host that came with traffic policy. */
    public boolean asksForTrafficPolicy() {
        return nodeWide
                || policy.asksForTrafficPolicy()
                || subsets.stream().anyMatch(s -> s.policy().asksForTrafficPolicy());
    }

    /** The labels of clients that decide which endpoints come first. */
    public Set<String> clientLabels() {
        Set<String> labels = new HashSet<>();
        policy.addClientLabels(labels);
        subsets.forEach(subset -> subset.policy.addClientLabels(labels));
        return labels;
    }

    /** Whether TLS that is not the mesh's is spoken to any part of the host. */
    public boolean originatesTls() {
        return policy.originatesTls() || subsets.stream().anyMatch(s -> s.policy().originatesTls());
    }

    /** Whether it says anything that the newest of agents know. */
    public boolean asksForNewerFields() {
        return policy.asksForNewerFields()
                || subsets.stream().anyMatch(s -> s.policy().asksForNewerFields());
    }

    /** Whether endpoints that fail are to be left alone. */
    public boolean sparesEndpoints() {
        return policy.sparesEndpoints()
                || subsets.stream().anyMatch(s -> s.policy().sparesEndpoints());
    }

    /** Whether connections to the host, or to a part of it, begin with a PROXY header. */
    public boolean asksForProxyHeaders() {
        return policy.proxyProtocol != null
                || subsets.stream().anyMatch(subset -> subset.policy.proxyProtocol != null);
    }

    /** Whether it has clients' protocols preserved on some port. */
    public boolean usesClientProtocol() {
        return policy.usesClientProtocol();
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
