package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.ProxyProtocol;
import dev.fairlead.pilot.state.TlsSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Service's port, or a subset of it, as a place to send to.
 *
 * @param statName the name that Istio knows it by, where {@code name} carries a scope; else empty
 * @param headless the endpoint is the address that was called
 * @param http1 whether the port is declared HTTP/1.1, which decides the ALPN offered by agents
 *     before {@link Profile#HTTP2}
 * @param maxConcurrentStreams on one HTTP/2 connection; 0: as many as the endpoint allows
 * @param hash instead of {@code balancing}, for those who know traffic policy
 * @param policy likewise for those
 * @param settings of {@link ClientTls#ORIGINATED}; otherwise null
 * @param proxyProtocol what connections begin with; null: nothing
 * @param identities SPIFFE IDs that its endpoints may show, sorted
 */
public record ServiceCluster(
        String name,
        String statName,
        boolean headless,
        boolean http1,
        UpstreamProtocol protocol,
        int maxConcurrentStreams,
        LoadBalancing balancing,
        @Nullable ConsistentHash hash,
        ClusterPolicy policy,
        ClientTls tls,
        @Nullable TlsSettings settings,
        @Nullable ProxyProtocol proxyProtocol,
        String sni,
        List<String> identities,
        List<Endpoint> endpoints) {

    public ServiceCluster {
        identities = List.copyOf(identities);
        endpoints = List.copyOf(endpoints);
    }

    /** Whether the client speaks TLS. */
    public enum ClientTls {
        NONE,
        MUTUAL,
        /** As the cluster's settings say, towards all endpoints. */
        ORIGINATED,
        /** Mutual towards endpoints that take it, none towards others. */
        AUTO
    }

    /**
     * A ready endpoint.
     *
     * @param mutual it is captured and its policy takes mutual TLS on this port
     * @param workload {@code <workload>;<namespace>;<app>;<version>;}, or empty
     * @param facts what it has for each label of the cluster's {@link Placement}
     */
    public record Endpoint(
            String address,
            int port,
            boolean mutual,
            String region,
            String zone,
            String subZone,
            String node,
            String workload,
            List<String> facts) {

        public Endpoint {
            facts = List.copyOf(facts);
        }
    }
}
