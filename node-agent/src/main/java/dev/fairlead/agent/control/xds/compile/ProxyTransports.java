package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;

/**
 * A cluster whose transport sockets are wrapped in upstream_proxy_protocol: all in the same way, or
 * none.
 */
final class ProxyTransports {

    private ProxyTransports() {}

    /** What connections begin with. */
    static ProxyProtocol version(Cluster cluster) throws Refusal {
        At socketAt = At.ROOT.field("transport_socket");
        ProxyProtocol version = version(cluster.getTransportSocket(), socketAt);
        for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
            At at = At.ROOT.element("transport_socket_matches", i).field("transport_socket");
            ProxyProtocol own =
                    version(cluster.getTransportSocketMatches(i).getTransportSocket(), at);
            if (i > 0 && own != version) {
                throw at.refuse(own + " where the others have " + version);
            }
            version = own;
        }
        return version;
    }

    private static ProxyProtocol version(TransportSocket socket, At at) throws Refusal {
        if (!wrapped(socket)) {
            return ProxyProtocol.NONE;
        }
        return switch (open(socket, at).getConfig().getVersion()) {
            case V1 -> ProxyProtocol.V1;
            case V2 -> ProxyProtocol.V2;
            case UNRECOGNIZED ->
                    throw at.field("typed_config").field("config").field("version").refuse("");
        };
    }

    /** The cluster without the wrapping. */
    static Cluster unwrapped(Cluster cluster) throws Refusal {
        Cluster.Builder inner = cluster.toBuilder();
        At socketAt = At.ROOT.field("transport_socket");
        if (wrapped(cluster.getTransportSocket())) {
            inner.setTransportSocket(inner(cluster.getTransportSocket(), socketAt));
        }
        for (int i = 0; i < inner.getTransportSocketMatchesCount(); i++) {
            var match = inner.getTransportSocketMatchesBuilder(i);
            if (wrapped(match.getTransportSocket())) {
                At at = At.ROOT.element("transport_socket_matches", i).field("transport_socket");
                match.setTransportSocket(inner(match.getTransportSocket(), at));
            }
        }
        return inner.build();
    }

    private static TransportSocket inner(TransportSocket socket, At at) throws Refusal {
        var wrapping = open(socket, at);
        At innerAt = at.field("typed_config").field("transport_socket");
        if (!wrapping.hasTransportSocket()) {
            throw innerAt.refuse("unset");
        }
        if (wrapped(wrapping.getTransportSocket())) {
            throw innerAt.refuse("upstream_proxy_protocol within itself");
        }
        return wrapping.getTransportSocket();
    }

    private static boolean wrapped(TransportSocket socket) {
        return socket.getTypedConfig().is(ProxyProtocolUpstreamTransport.class);
    }

    private static ProxyProtocolUpstreamTransport open(TransportSocket socket, At at)
            throws Refusal {
        return Profile.typed(
                socket.getTypedConfig(),
                ProxyProtocolUpstreamTransport.class,
                at.field("typed_config"));
    }
}
