package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.TlsSettings;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/** Transport sockets between workloads. Certificates are named, never carried. */
final class TlsContexts {

    private static final String ROOT = "ROOTCA";
    private static final String SECRET = "kubernetes://";

    private final MeshSettings mesh;

    TlsContexts(MeshSettings mesh) {
        this.mesh = mesh;
    }

    static TransportSocket raw() {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.raw_buffer")
                .setTypedConfig(Protos.pack(RawBuffer.getDefaultInstance()))
                .build();
    }

    /**
     * The client's side.
     *
     * @param secret whose certificate is shown
     * @param alpn offered, preferred first
     * @param peers SPIFFE IDs that the server may show; none: that of the workload addressed
     */
    TransportSocket upstream(String secret, String sni, List<String> alpn, List<String> peers) {
        var expected = CertificateValidationContext.newBuilder();
        for (String peer : peers) {
            expected.addMatchTypedSubjectAltNames(
                    SubjectAltNameMatcher.newBuilder()
                            .setSanType(SubjectAltNameMatcher.SanType.URI)
                            .setMatcher(Protos.exact(peer)));
        }
        CommonTlsContext common =
                CommonTlsContext.newBuilder()
                        .setTlsParams(parameters())
                        .addAllAlpnProtocols(alpn)
                        .addTlsCertificateSdsSecretConfigs(secret(secret))
                        .setCombinedValidationContext(
                                CombinedCertificateValidationContext.newBuilder()
                                        .setDefaultValidationContext(expected)
                                        .setValidationContextSdsSecretConfig(secret(ROOT)))
                        .build();
        return socket(
                UpstreamTlsContext.newBuilder().setSni(sni).setCommonTlsContext(common).build());
    }

    /**
     * The client's side of TLS that a rule asks for, with Istio's names for files, and ours for
     * lists.
     *
     * @param alpn offered, preferred first
     */
    TransportSocket originated(TlsSettings settings, List<String> alpn) {
        var common =
                CommonTlsContext.newBuilder().setTlsParams(parameters()).addAllAlpnProtocols(alpn);
        if (settings.mode() == TlsSettings.Mode.MUTUAL) {
            common.addTlsCertificateSdsSecretConfigs(secret(certificateName(settings)));
        }
        if (verifies(settings)) {
            var expected = CertificateValidationContext.newBuilder();
            settings.subjectAltNames().stream()
                    .sorted()
                    .distinct()
                    .forEach(name ->
                            expected.addMatchTypedSubjectAltNames(
                                    SubjectAltNameMatcher.newBuilder()
                                            .setSanType(SubjectAltNames.typeOf(name))
                                            .setMatcher(Protos.exact(name))));
            common.setCombinedValidationContext(
                    CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(expected)
                            .setValidationContextSdsSecretConfig(secret(rootsName(settings))));
        } else {
            common.setValidationContext(CertificateValidationContext.getDefaultInstance());
        }
        return socket(
                UpstreamTlsContext.newBuilder()
                        .setSni(settings.sni())
                        .setCommonTlsContext(common)
                        .build());
    }

    private static String certificateName(TlsSettings settings) {
        return settings.credentialName().isEmpty()
                ? "file-cert:" + settings.clientCertificate() + "~" + settings.privateKey()
                : SECRET + settings.credentialName();
    }

    private static String rootsName(TlsSettings settings) {
        String secret = settings.credentialName();
        if (!secret.isEmpty()) {
            boolean alone = secret.endsWith(TlsSettings.ROOTS_ALONE);
            return SECRET + secret + (alone ? "" : TlsSettings.ROOTS_ALONE);
        }
        String roots = settings.caCertificates();
        return "file-root:"
                + (roots.isEmpty() ? TlsSettings.SYSTEM : roots)
                + (settings.caCrl().isEmpty() ? "" : "~" + settings.caCrl());
    }

    /** Istio 1.0 to 1.2 took any server for the right one where no roots were given. */
    boolean verifies(TlsSettings settings) {
        return !settings.insecureSkipVerify()
                && (mesh.modern()
                        || !settings.caCertificates().isEmpty()
                        || !settings.credentialName().isEmpty());
    }

    /**
     * The server's side, with the certificate of {@code identity}.
     *
     * @param alpn accepted, preferred first
     */
    TransportSocket downstream(String identity, List<String> alpn, Audience audience) {
        CommonTlsContext.Builder common =
                CommonTlsContext.newBuilder()
                        .setTlsParams(parameters())
                        .addAllAlpnProtocols(alpn)
                        .addTlsCertificateSdsSecretConfigs(secret(identity));
        if (audience.knowsClientCertificates()) {
            common.setCombinedValidationContext(
                    CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(trustDomains())
                            .setValidationContextSdsSecretConfig(secret(ROOT)));
        } else { // it takes the mesh's own trust domain, and no other
            common.setValidationContextSdsSecretConfig(secret(ROOT));
        }
        return socket(
                DownstreamTlsContext.newBuilder()
                        .setRequireClientCertificate(com.google.protobuf.BoolValue.of(true))
                        .setCommonTlsContext(common)
                        .build());
    }

    /** Whose clients are taken: the mesh's, under each of its names. */
    private CertificateValidationContext trustDomains() {
        var accepted = CertificateValidationContext.newBuilder();
        for (String domain : TrustDomains.of(mesh).all()) {
            accepted.addMatchTypedSubjectAltNames(
                    SubjectAltNameMatcher.newBuilder()
                            .setSanType(SubjectAltNameMatcher.SanType.URI)
                            .setMatcher(
                                    StringMatcher.newBuilder()
                                            .setPrefix("spiffe://" + domain + "/")));
        }
        return accepted.build();
    }

    private TlsParameters parameters() {
        var parameters =
                TlsParameters.newBuilder().setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_2);
        if (!mesh.modern()) {
            parameters.setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_2);
        }
        return parameters.build();
    }

    private static SdsSecretConfig secret(String name) {
        return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(Protos.ADS).build();
    }

    private static TransportSocket socket(com.google.protobuf.Message context) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.pack(context))
                .build();
    }
}
