package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.clusterIp;
import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Requirements;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.wire.directory.ObjectKey;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** TLS by server name, and PROXY headers, as agents and Envoys are served them. */
class ConnectionResourcesTest {

    private static final String DB =
            service("db", "tcp", 5432)
                    + service("secure", "tls", 443)
                    + pod("db", "v1", "node-1", "198.18.1.1")
                    + slice("db", "tcp", 5432, "198.18.1.1=uid-db-v1");
    private static final String CLUSTER = "outbound|5432||db.default.svc.cluster.local";

    private static String object(String kind, String name, String spec) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: %s
        metadata: {name: %s}
        spec: %s
        """
                .formatted(kind, name, spec);
    }

    private static String proxied(String policy) {
        return object("DestinationRule", "db", "{host: db, " + policy + "}");
    }

    private static final String V2 = proxied("trafficPolicy: {proxyProtocol: {version: V2}}");

    private static Map<ResourceType, Map<String, VersionedResource>> agent(
            String yaml, int profile) {
        return new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(yaml)))
                .agent("node-1", profile);
    }

    private static <M extends Message> M get(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Class<M> kind,
            ResourceType type,
            String name)
            throws InvalidProtocolBufferException {
        return Objects.requireNonNull(
                        resources.getOrDefault(type, Map.of()).get(name),
                        () -> type + " has no " + name)
                .body()
                .unpack(kind);
    }

    @Test
    void aServerNameIsAChainBesideTheServicesOwn() throws Exception {
        String rule =
                object(
                        "VirtualService",
                        "secure",
                        "{hosts: [a.com, '*.b.com', secure], tls: [{match: [{sniHosts: [a.com,"
                                + " '*.b.com']}], route: [{destination: {host: db, port: {number:"
                                + " 5432}}, weight: 3}, {destination: {host: secure}, weight: 1}]}]}");
        Listener listener =
                get(agent(DB + rule, 2), Listener.class, ResourceType.LISTENER, "outbound|default");

        assertThat(listener.getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .containsExactly(
                        "envoy.filters.listener.original_dst",
                        "envoy.filters.listener.tls_inspector");
        List<FilterChain> chains =
                listener.getFilterChainsList().stream()
                        .filter(c -> c.getFilterChainMatch().getDestinationPort().getValue() == 443)
                        .toList();
        assertThat(chains)
                .extracting(FilterChain::getName)
                .containsExactly(
                        "outbound|443|tcp|" + clusterIp("secure"),
                        "outbound|443|tls|" + clusterIp("secure") + "/32|a.com");
        FilterChain named = chains.get(1);
        assertThat(named.getFilterChainMatch().getServerNamesList())
                .containsExactly("a.com", "*.b.com");
        var shares = named.getFilters(0).getTypedConfig().unpack(TcpProxy.class);
        assertThat(shares.getWeightedClusters().getClustersList())
                .extracting(share -> share.getName() + " " + share.getWeight())
                .containsExactly(
                        CLUSTER + " 3", "outbound|443||secure.default.svc.cluster.local 1");
    }

    @Test
    void connectionsGoThroughATunnelWhereTheirDestinationsRuleSaysSo() throws Exception {
        String tunnel =
                object(
                        "DestinationRule",
                        "db",
                        "{host: db, trafficPolicy: {tunnel: {targetHost: '2001:db8::1', targetPort:"
                                + " 5432}}}");
        for (int profile : new int[] {2, 8}) {
            assertThat(tunnelOf(DB + tunnel, profile)).isEqualTo("[2001:db8::1]:5432");
            assertThat(tunnelOf(DB, profile)).isEmpty();
        }
    }

    private static String tunnelOf(String yaml, int profile) throws Exception {
        Listener listener =
                get(
                        agent(yaml, profile),
                        Listener.class,
                        ResourceType.LISTENER,
                        "outbound|default");
        for (FilterChain chain : listener.getFilterChainsList()) {
            if (chain.getFilterChainMatch().getDestinationPort().getValue() == 5432) {
                return chain.getFilters(0)
                        .getTypedConfig()
                        .unpack(TcpProxy.class)
                        .getTunnelingConfig()
                        .getHostname();
            }
        }
        throw new AssertionError("no chain of 5432");
    }

    @Test
    void aRuleWithProxyProtocolWrapsWhatClientsAndApplicationAreSpokenToBy() throws Exception {
        var resources = agent(DB + V2, 3);
        Cluster cluster = get(resources, Cluster.class, ResourceType.CLUSTER, CLUSTER);

        assertThat(cluster.getTransportSocketMatchesList())
                .hasSize(2)
                .allSatisfy(match ->
                        assertThat(version(match.getTransportSocket()))
                                .isEqualTo(ProxyProtocolConfig.Version.V2));
        Cluster inbound =
                get(resources, Cluster.class, ResourceType.CLUSTER, "inbound|5432||@proxy2");
        assertThat(version(inbound.getTransportSocket())).isEqualTo(ProxyProtocolConfig.Version.V2);
        assertThat(inbound.getAltStatName()).isEqualTo("inbound|5432||");
        Listener listener =
                get(resources, Listener.class, ResourceType.LISTENER, "inbound|uid-db-v1");
        assertThat(listener.getListenerFilters(1).getName())
                .isEqualTo("envoy.filters.listener.proxy_protocol");
        assertThat(
                        listener.getListenerFilters(1)
                                .getFilterDisabled()
                                .getNotMatch()
                                .getDestinationPortRange()
                                .getStart())
                .isEqualTo(5432);
    }

    private static ProxyProtocolConfig.Version version(TransportSocket socket)
            throws InvalidProtocolBufferException {
        return socket.getTypedConfig()
                .unpack(ProxyProtocolUpstreamTransport.class)
                .getConfig()
                .getVersion();
    }

    @Test
    void anOlderAgentIsServedNoneOfIt() {
        assertThat(agent(DB + V2, 2)).isEqualTo(agent(DB, 2));
        assertThat(Requirements.of(TestStates.of(DB + V2)))
                .containsExactlyEntriesOf(
                        Map.of(
                                new ObjectKey(
                                        "networking.istio.io", "DestinationRule", "default", "db"),
                                new Requirements.Requirement(3, Set.of("node-1"))));
    }

    @Test
    void aSubsetsHeaderIsItsOwn() throws Exception {
        String subset =
                proxied(
                        "subsets: [{name: v1, labels: {version: v1}, trafficPolicy:"
                                + " {proxyProtocol: {}, tls: {mode: DISABLE}}}]");
        var resources = agent(DB + subset, 3);

        assertThat(get(resources, Cluster.class, ResourceType.CLUSTER, CLUSTER))
                .isEqualTo(get(agent(DB, 3), Cluster.class, ResourceType.CLUSTER, CLUSTER));
        Cluster part =
                get(
                        resources,
                        Cluster.class,
                        ResourceType.CLUSTER,
                        "outbound|5432|v1|db.default.svc.cluster.local");
        assertThat(version(part.getTransportSocket())).isEqualTo(ProxyProtocolConfig.Version.V1);
        assertThat(resources.get(ResourceType.CLUSTER)).containsKey("inbound|5432||@proxy1");
    }

    @Test
    void portsKeepWhatTheWholeSays() throws Exception {
        String both =
                proxied(
                        "trafficPolicy: {proxyProtocol: {version: V1}, portLevelSettings: [{port:"
                                + " {number: 5432}, tls: {mode: DISABLE}}]}");
        Cluster cluster = get(agent(DB + both, 3), Cluster.class, ResourceType.CLUSTER, CLUSTER);
        assertThat(version(cluster.getTransportSocket())).isEqualTo(ProxyProtocolConfig.Version.V1);
    }

    @Test
    void podsFollowARuleThatComesAndGoes() {
        var compiler = new MeshCompiler();
        for (boolean asked : new boolean[] {false, true, false}) {
            var mesh = compiler.next(TestStates.of(asked ? DB + V2 : DB));
            var pod = Objects.requireNonNull(mesh.pods().get("uid-db-v1"));
            assertThat(pod.ports().getFirst().proxyProtocol() != null).isEqualTo(asked);
        }
    }
}
