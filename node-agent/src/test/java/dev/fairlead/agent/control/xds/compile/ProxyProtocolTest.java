package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.xds.testing.ProxySamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig.Version;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** PROXY headers in clusters and listeners. */
class ProxyProtocolTest {

    private static dev.fairlead.agent.model.cluster.Cluster cluster(Cluster.Builder wire) {
        return good(compile(new ClusterCompiler(), wire.build()));
    }

    @Test
    void aClusterSaysWhatItsConnectionsBeginWith() {
        var plain = Wire.eds("c");
        var v1 =
                Wire.eds("c")
                        .setTransportSocket(ProxySamples.wrapped(Wire.rawBuffer(), Version.V1));
        var mutual =
                Wire.eds("c")
                        .setTransportSocket(ProxySamples.wrapped(Wire.clientTls(), Version.V2));

        assertThat(cluster(plain).proxyProtocol()).isEqualTo(ProxyProtocol.NONE);
        assertThat(cluster(v1).proxyProtocol()).isEqualTo(ProxyProtocol.V1);
        assertThat(cluster(v1).transport()).isEqualTo(new UpstreamTransport.Plaintext());
        assertThat(cluster(mutual).proxyProtocol()).isEqualTo(ProxyProtocol.V2);
        assertThat(cluster(mutual).transport())
                .isEqualTo(cluster(Wire.eds("c").setTransportSocket(Wire.clientTls())).transport());
    }

    @Test
    void bothOfAutoTls() {
        assertThat(cluster(ProxySamples.autoTls("c")).proxyProtocol()).isEqualTo(ProxyProtocol.V2);
        assertThat(cluster(ProxySamples.autoTls("c")).transport())
                .isEqualTo(cluster(Wire.autoTls("c")).transport());
    }

    private static String clusterRefusal(Cluster.Builder wire, Consumer<Cluster.Builder> change) {
        change.accept(wire);
        return refusal(compile(new ClusterCompiler(), wire.build()));
    }

    @Test
    void clustersThatAreRefused() {
        assertThat(
                        clusterRefusal(
                                ProxySamples.autoTls("c"),
                                c ->
                                        c.getTransportSocketMatchesBuilder(1)
                                                .setTransportSocket(Wire.rawBuffer())))
                .isEqualTo(
                        "transport_socket_matches[1].transport_socket: NONE where the others have"
                                + " V2");
        assertThat(
                        clusterRefusal(
                                Wire.eds("c"),
                                c ->
                                        c.setTransportSocket(
                                                ProxySamples.wrapped(
                                                        ProxySamples.wrapped(
                                                                Wire.rawBuffer(), Version.V1),
                                                        Version.V1))))
                .isEqualTo(
                        "transport_socket.typed_config.transport_socket: upstream_proxy_protocol"
                                + " within itself");
    }

    @Test
    void aListenerTakesHeadersOnTheListedPorts() {
        var one = good(compile(new ListenerCompiler(), ProxySamples.inbound("u", 80).build()));
        var two = good(compile(new ListenerCompiler(), ProxySamples.inbound("u", 80, 90).build()));
        var none = good(compile(new ListenerCompiler(), Wire.inbound("u").build()));

        assertThat(one.takesProxyHeader(80)).isTrue();
        assertThat(one.takesProxyHeader(81)).isFalse();
        assertThat(two.takesProxyHeader(80)).isTrue();
        assertThat(two.takesProxyHeader(90)).isTrue();
        assertThat(none.takesProxyHeader(80)).isFalse();
    }

    private static String refused(UnaryOperator<ListenerFilter> change) {
        Listener.Builder listener = ProxySamples.inbound("u", 80, 90);
        listener.setListenerFilters(0, change.apply(listener.getListenerFilters(0)));
        return refusal(compile(new ListenerCompiler(), listener.build()));
    }

    @Test
    void listenersThatAreRefused() {
        var required =
                io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
                        .getDefaultInstance();
        assertThat(refused(f -> f.toBuilder().setTypedConfig(Wire.any(required)).build()))
                .isEqualTo(
                        "listener_filters[0].typed_config.allow_requests_without_proxy_protocol:"
                                + " must be true");
        assertThat(refused(f -> f.toBuilder().clearFilterDisabled().build()))
                .isEqualTo("listener_filters[0].filter_disabled: no not_match");
        assertThat(
                        refused(f -> {
                            ListenerFilter.Builder filter = f.toBuilder();
                            filter.getFilterDisabledBuilder()
                                    .getNotMatchBuilder()
                                    .getOrMatchBuilder()
                                    .getRulesBuilder(1)
                                    .getDestinationPortRangeBuilder()
                                    .setEnd(95);
                            return filter.build();
                        }))
                .isEqualTo(
                        "listener_filters[0].filter_disabled.not_match.or_match.rules[1]"
                                + ".destination_port_range.end: not one port: 95");
        assertThat(
                        refused(f ->
                                f.toBuilder()
                                        .setFilterDisabled(
                                                ListenerFilterChainMatchPredicate.newBuilder()
                                                        .setNotMatch(
                                                                ListenerFilterChainMatchPredicate
                                                                        .getDefaultInstance()))
                                        .build()))
                .isEqualTo(
                        "listener_filters[0].filter_disabled.not_match: neither"
                                + " destination_port_range nor or_match");
    }

    @Test
    void anInspectorWouldLookAtTheHeader() {
        Listener.Builder listener = Wire.inbound("u");
        int last = listener.getListenerFiltersCount();
        listener.addListenerFilters(ProxySamples.filter(80));
        assertThat(refusal(compile(new ListenerCompiler(), listener.build())))
                .isEqualTo(
                        "listener_filters["
                                + last
                                + "]: behind an inspector, which would look at the header");
    }
}
