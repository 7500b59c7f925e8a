package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.UpstreamTransport;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;

/**
 * A cluster's transport_socket, or its transport_socket_matches in the one form that means
 * auto-mTLS: TLS where the endpoint says {@code tlsMode: istio}, plaintext otherwise. TLS that
 * names no secret of the mesh is a rule's own.
 */
final class UpstreamTransports {

    static final String TLS_MODE = "tlsMode";
    static final String ISTIO = "istio";

    private UpstreamTransports() {}

    /**
     * @param http of the cluster
     */
    static UpstreamTransport compile(Cluster cluster, HttpOptions http) throws Refusal {
        UpstreamTransport transport = transport(cluster, http);
        if (http.byHost() && !(transport instanceof UpstreamTransport.Originated)) {
            throw At.ROOT
                    .field("typed_extension_protocol_options")
                    .refuse("auto_sni beside no TLS of the cluster's own");
        }
        return transport;
    }

    private static UpstreamTransport transport(Cluster cluster, HttpOptions http) throws Refusal {
        At socketAt = At.ROOT.field("transport_socket");
        if (cluster.getTransportSocketMatchesCount() > 0) {
            if (cluster.hasTransportSocket()) {
                throw socketAt.refuse("beside transport_socket_matches");
            }
            return auto(cluster);
        }
        if (!cluster.hasTransportSocket()
                || cluster.getTransportSocket().getTypedConfig().is(RawBuffer.class)) {
            return new UpstreamTransport.Plaintext();
        }
        At tlsAt = socketAt.field("typed_config");
        var tls =
                Profile.typed(
                        cluster.getTransportSocket().getTypedConfig(),
                        UpstreamTlsContext.class,
                        tlsAt);
        return TlsContexts.isMutual(tls)
                ? new UpstreamTransport.Mutual(TlsContexts.upstream(tls, tlsAt))
                : new UpstreamTransport.Originated(Originations.compile(tls, http, tlsAt));
    }

    private static UpstreamTransport auto(Cluster cluster) throws Refusal {
        if (cluster.getTransportSocketMatchesCount() != 2) {
            throw At.ROOT
                    .field("transport_socket_matches")
                    .refuse(cluster.getTransportSocketMatchesCount() + " matches, not two");
        }
        At tlsAt = At.ROOT.element("transport_socket_matches", 0);
        TransportSocketMatch tls = cluster.getTransportSocketMatches(0);
        var labels = tls.getMatch().getFieldsMap();
        if (labels.size() != 1
                || !labels.containsKey(TLS_MODE)
                || !ISTIO.equals(labels.get(TLS_MODE).getStringValue())) {
            throw tlsAt.field("match").refuse("not {tlsMode: istio}");
        }
        At plainAt = At.ROOT.element("transport_socket_matches", 1);
        TransportSocketMatch plain = cluster.getTransportSocketMatches(1);
        if (plain.getMatch().getFieldsCount() > 0) {
            throw plainAt.field("match").refuse("not {}");
        }
        Profile.typed(
                plain.getTransportSocket().getTypedConfig(),
                RawBuffer.class,
                plainAt.field("transport_socket").field("typed_config"));
        return new UpstreamTransport.Auto(
                TlsContexts.upstream(tls.getTransportSocket(), tlsAt.field("transport_socket")));
    }
}
