package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.v3.Int32Range;

/** The part of the allow-list that TLS and the PROXY protocol have. */
final class TransportFields {

    private TransportFields() {}

    static void declare(FieldTable fields) {
        tls(fields);
        proxyProtocol(fields);
    }

    private static void tls(FieldTable fields) {
        fields.allow(TransportSocket.getDescriptor(), "name", "typed_config");
        fields.any(
                TransportSocket.getDescriptor(),
                "transport socket",
                DownstreamTlsContext.getDefaultInstance(),
                UpstreamTlsContext.getDefaultInstance(),
                ProxyProtocolUpstreamTransport.getDefaultInstance(),
                RawBuffer.getDefaultInstance());
        fields.allow(
                DownstreamTlsContext.getDescriptor(),
                "common_tls_context",
                "require_client_certificate");
        fields.allow(UpstreamTlsContext.getDescriptor(), "common_tls_context", "sni");
        fields.allow(
                CommonTlsContext.getDescriptor(),
                "tls_params",
                "alpn_protocols",
                "tls_certificate_sds_secret_configs",
                "validation_context",
                "validation_context_sds_secret_config",
                "combined_validation_context");
        fields.allow(
                TlsParameters.getDescriptor(),
                "tls_minimum_protocol_version",
                "tls_maximum_protocol_version");
        fields.allow(SdsSecretConfig.getDescriptor(), "name", "sds_config");
        fields.allow(
                CommonTlsContext.CombinedCertificateValidationContext.getDescriptor(),
                "default_validation_context",
                "validation_context_sds_secret_config");
        fields.allow(CertificateValidationContext.getDescriptor(), "match_typed_subject_alt_names");
        fields.allow(SubjectAltNameMatcher.getDescriptor(), "san_type", "matcher");
        fields.allow(ConfigSource.getDescriptor(), "ads", "resource_api_version");
        fields.allow(AggregatedConfigSource.getDescriptor());
    }

    private static void proxyProtocol(FieldTable fields) {
        fields.allow(ProxyProtocol.getDescriptor(), "allow_requests_without_proxy_protocol");
        fields.allow(
                ListenerFilterChainMatchPredicate.getDescriptor(),
                "or_match",
                "not_match",
                "destination_port_range");
        fields.allow(ListenerFilterChainMatchPredicate.MatchSet.getDescriptor(), "rules");
        fields.allow(Int32Range.getDescriptor(), "start", "end");
        fields.allow(ProxyProtocolUpstreamTransport.getDescriptor(), "config", "transport_socket");
        fields.allow(ProxyProtocolConfig.getDescriptor(), "version");
    }
}
