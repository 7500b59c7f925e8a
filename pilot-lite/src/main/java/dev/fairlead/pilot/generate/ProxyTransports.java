package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.state.ProxyProtocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import org.jspecify.annotations.Nullable;

/** Wraps a cluster's transport sockets so that connections begin with a PROXY header. */
final class ProxyTransports {

    private static final String NAME = "envoy.transport_sockets.upstream_proxy_protocol";

    private ProxyTransports() {}

    /** After the sockets are set; {@code version} null: as they are. */
    static void wrap(Cluster.Builder cluster, @Nullable ProxyProtocol version, Audience audience) {
        if (version == null || !audience.knowsProxyProtocol()) {
            return;
        }
        if (cluster.getTransportSocketMatchesCount() == 0) {
            TransportSocket inner =
                    cluster.hasTransportSocket() ? cluster.getTransportSocket() : TlsContexts.raw();
            cluster.setTransportSocket(wrapped(inner, version));
        }
        for (var match : cluster.getTransportSocketMatchesBuilderList()) {
            match.setTransportSocket(wrapped(match.getTransportSocket(), version));
        }
    }

    private static TransportSocket wrapped(TransportSocket inner, ProxyProtocol version) {
        var config =
                ProxyProtocolConfig.newBuilder()
                        .setVersion(
                                switch (version) {
                                    case V1 -> ProxyProtocolConfig.Version.V1;
                                    case V2 -> ProxyProtocolConfig.Version.V2;
                                });
        return TransportSocket.newBuilder()
                .setName(NAME)
                .setTypedConfig(
                        Protos.pack(
                                ProxyProtocolUpstreamTransport.newBuilder()
                                        .setConfig(config)
                                        .setTransportSocket(inner)
                                        .build()))
                .build();
    }
}
