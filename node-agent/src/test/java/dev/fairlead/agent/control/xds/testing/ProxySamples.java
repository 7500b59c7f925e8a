package dev.fairlead.agent.control.xds.testing;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.type.v3.Int32Range;

/** Listeners that take PROXY headers, and clusters whose connections begin with one. */
public final class ProxySamples {

    private ProxySamples() {}

    public static TransportSocket wrapped(
            TransportSocket socket, ProxyProtocolConfig.Version version) {
        return Wire.socket(
                ProxyProtocolUpstreamTransport.newBuilder()
                        .setConfig(ProxyProtocolConfig.newBuilder().setVersion(version))
                        .setTransportSocket(socket)
                        .build());
    }

    /** mTLS where the endpoint has it, behind a header of version 2. */
    public static Cluster.Builder autoTls(String name) {
        Cluster.Builder cluster = Wire.autoTls(name);
        for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
            var match = cluster.getTransportSocketMatchesBuilder(i);
            match.setTransportSocket(
                    wrapped(match.getTransportSocket(), ProxyProtocolConfig.Version.V2));
        }
        return cluster;
    }

    private static ListenerFilterChainMatchPredicate.Builder port(int port) {
        return ListenerFilterChainMatchPredicate.newBuilder()
                .setDestinationPortRange(Int32Range.newBuilder().setStart(port).setEnd(port + 1));
    }

    /** On some ports. */
    public static ListenerFilter filter(int... ports) {
        var enabled = ListenerFilterChainMatchPredicate.newBuilder();
        if (ports.length == 1) {
            enabled = port(ports[0]);
        } else {
            var any = MatchSet.newBuilder();
            for (int port : ports) {
                any.addRules(port(port));
            }
            enabled.setOrMatch(any);
        }
        return Wire.listenerFilter(
                        "proxy",
                        ProxyProtocol.newBuilder()
                                .setAllowRequestsWithoutProxyProtocol(true)
                                .build())
                .toBuilder()
                .setFilterDisabled(
                        ListenerFilterChainMatchPredicate.newBuilder().setNotMatch(enabled))
                .build();
    }

    public static Listener.Builder inbound(String uid, int... ports) {
        return Wire.inbound(uid).addListenerFilters(0, filter(ports));
    }
}
