package dev.fairlead.agent.control.xds.testing;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;

/** Clusters whose TLS is a rule's own. */
public final class TlsSamples {

    private TlsSamples() {}

    public static SdsSecretConfig secret(String name) {
        return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(Wire.ads()).build();
    }

    /** The server is known by these roots. */
    public static UpstreamTlsContext.Builder knownBy(String roots) {
        var tls = UpstreamTlsContext.newBuilder();
        tls.getCommonTlsContextBuilder()
                .getCombinedValidationContextBuilder()
                .setDefaultValidationContext(CertificateValidationContext.getDefaultInstance())
                .setValidationContextSdsSecretConfig(secret(roots));
        return tls;
    }

    /** It must have this name, too. */
    public static void name(UpstreamTlsContext.Builder tls, SanType type, String text) {
        tls.getCommonTlsContextBuilder()
                .getCombinedValidationContextBuilder()
                .getDefaultValidationContextBuilder()
                .addMatchTypedSubjectAltNames(
                        SubjectAltNameMatcher.newBuilder()
                                .setSanType(type)
                                .setMatcher(Wire.exact(text)));
    }

    public static Cluster.Builder own(String name, UpstreamTlsContext tls) {
        return Wire.eds(name).setTransportSocket(Wire.socket(tls));
    }

    /** The request's host decides. */
    public static Cluster.Builder byHost(String name, UpstreamTlsContext tls) {
        var names =
                UpstreamHttpProtocolOptions.newBuilder()
                        .setAutoSni(true)
                        .setAutoSanValidation(true);
        return Wire.speaking(
                        name,
                        Wire.http1().toBuilder().setUpstreamHttpProtocolOptions(names).build())
                .setTransportSocket(Wire.socket(tls));
    }

    /** The server may be anybody. */
    public static Cluster.Builder unverified(String name) {
        var tls = UpstreamTlsContext.newBuilder();
        tls.getCommonTlsContextBuilder()
                .setValidationContext(CertificateValidationContext.getDefaultInstance());
        return own(name, tls.build());
    }
}
