package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Both sides of mTLS, whose secrets the agent resolves itself. */
final class TlsContexts {

    /** Reserved name: the SVID of whichever pod calls. */
    private static final String SOURCE_WORKLOAD = "source-workload";

    private static final String ROOT = "ROOTCA";
    private static final String SPIFFE = "spiffe://";
    private static final int MAX_ALPN = 255; // RFC 7301 §3.1

    private TlsContexts() {}

    static ServerTls server(TransportSocket socket, At at) throws Refusal {
        At tlsAt = at.field("typed_config");
        var tls = Profile.typed(socket.getTypedConfig(), DownstreamTlsContext.class, tlsAt);
        if (!tls.getRequireClientCertificate().getValue()) {
            throw tlsAt.field("require_client_certificate").refuse("must be true");
        }
        CommonTlsContext common = tls.getCommonTlsContext();
        At commonAt = tlsAt.field("common_tls_context");
        Set<String> trustDomains = trustDomains(common, commonAt);
        String uri = certificateName(common, commonAt);
        At nameAt = commonAt.element("tls_certificate_sds_secret_configs", 0).field("name");
        return new ServerTls(
                spiffeId(uri, nameAt),
                alpn(common, commonAt),
                maxTls12(common, commonAt),
                trustDomains);
    }

    /** Of which clients must be; none said: of ours. */
    private static Set<String> trustDomains(CommonTlsContext common, At at) throws Refusal {
        if (!common.hasCombinedValidationContext()) {
            requireRoot(
                    common.getValidationContextSdsSecretConfig(),
                    at.field("validation_context_sds_secret_config"));
            return Set.of();
        }
        var validation = common.getCombinedValidationContext();
        At validationAt = at.field("combined_validation_context");
        requireRoot(
                validation.getValidationContextSdsSecretConfig(),
                validationAt.field("validation_context_sds_secret_config"));
        At defaultAt = validationAt.field("default_validation_context");
        var names = validation.getDefaultValidationContext().getMatchTypedSubjectAltNamesList();
        if (names.isEmpty()) {
            throw defaultAt.field("match_typed_subject_alt_names").refuse("empty");
        }
        Set<String> domains = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            At nameAt = defaultAt.element("match_typed_subject_alt_names", i);
            if (names.get(i).getSanType() != SubjectAltNameMatcher.SanType.URI) {
                throw nameAt.field("san_type").refuse("not URI");
            }
            String prefix = names.get(i).getMatcher().getPrefix();
            At prefixAt = nameAt.field("matcher").field("prefix");
            if (names.get(i).getMatcher().getIgnoreCase()
                    || !prefix.startsWith(SPIFFE)
                    || !prefix.endsWith("/")) {
                throw prefixAt.refuse("\"" + prefix + "\" is not spiffe://<trust domain>/");
            }
            String domain = prefix.substring(SPIFFE.length(), prefix.length() - 1);
            try {
                domains.add(SpiffeId.ca(domain).trustDomain()); // which checks it
            } catch (IllegalArgumentException e) {
                throw prefixAt.refuse(String.valueOf(e.getMessage()));
            }
        }
        return domains;
    }

    /** Whether it is the mesh's own. */
    static boolean isMutual(UpstreamTlsContext tls) {
        CommonTlsContext common = tls.getCommonTlsContext();
        return common.getCombinedValidationContext()
                        .getValidationContextSdsSecretConfig()
                        .getName()
                        .equals(ROOT)
                || common.getTlsCertificateSdsSecretConfigsList().stream()
                        .anyMatch(secret -> secret.getName().equals(SOURCE_WORKLOAD));
    }

    static UpstreamTls upstream(TransportSocket socket, At at) throws Refusal {
        At tlsAt = at.field("typed_config");
        return upstream(
                Profile.typed(socket.getTypedConfig(), UpstreamTlsContext.class, tlsAt), tlsAt);
    }

    static UpstreamTls upstream(UpstreamTlsContext tls, At tlsAt) throws Refusal {
        CommonTlsContext common = tls.getCommonTlsContext();
        At commonAt = tlsAt.field("common_tls_context");
        String certificate = certificateName(common, commonAt);
        if (!certificate.equals(SOURCE_WORKLOAD)) {
            throw commonAt.element("tls_certificate_sds_secret_configs", 0)
                    .field("name")
                    .refuse("\"" + certificate + "\" is not " + SOURCE_WORKLOAD);
        }
        return new UpstreamTls(
                tls.getSni(),
                alpn(common, commonAt),
                peers(common, commonAt),
                maxTls12(common, commonAt));
    }

    private static Set<SpiffeId> peers(CommonTlsContext common, At at) throws Refusal {
        At validationAt = at.field("combined_validation_context");
        if (!common.hasCombinedValidationContext()) {
            throw validationAt.refuse("not set");
        }
        var validation = common.getCombinedValidationContext();
        requireRoot(
                validation.getValidationContextSdsSecretConfig(),
                validationAt.field("validation_context_sds_secret_config"));
        Set<SpiffeId> peers = new HashSet<>();
        var names = validation.getDefaultValidationContext().getMatchTypedSubjectAltNamesList();
        for (int i = 0; i < names.size(); i++) {
            At nameAt =
                    validationAt
                            .field("default_validation_context")
                            .element("match_typed_subject_alt_names", i);
            SubjectAltNameMatcher name = names.get(i);
            if (name.getSanType() != SubjectAltNameMatcher.SanType.URI) {
                throw nameAt.field("san_type").refuse("not URI");
            }
            if (!name.getMatcher().hasExact() || name.getMatcher().getIgnoreCase()) {
                throw nameAt.field("matcher").refuse("not exact");
            }
            At exactAt = nameAt.field("matcher").field("exact");
            peers.add(spiffeId(name.getMatcher().getExact(), exactAt));
        }
        return peers;
    }

    static String certificateName(CommonTlsContext common, At at) throws Refusal {
        if (common.getTlsCertificateSdsSecretConfigsCount() != 1) {
            throw at.field("tls_certificate_sds_secret_configs")
                    .refuse(common.getTlsCertificateSdsSecretConfigsCount() + " secrets, not one");
        }
        SdsSecretConfig secret = common.getTlsCertificateSdsSecretConfigs(0);
        At secretAt = at.element("tls_certificate_sds_secret_configs", 0);
        Values.requireAds(secret.getSdsConfig(), secretAt.field("sds_config"));
        return secret.getName();
    }

    private static void requireRoot(SdsSecretConfig secret, At at) throws Refusal {
        if (!secret.getName().equals(ROOT)) {
            throw at.field("name").refuse("\"" + secret.getName() + "\" is not " + ROOT);
        }
        Values.requireAds(secret.getSdsConfig(), at.field("sds_config"));
    }

    static List<String> alpn(CommonTlsContext common, At at) throws Refusal {
        for (int i = 0; i < common.getAlpnProtocolsCount(); i++) {
            int length = common.getAlpnProtocolsBytes(i).size();
            if (length < 1 || length > MAX_ALPN) {
                throw at.element("alpn_protocols", i).refuse(length + " bytes");
            }
        }
        return common.getAlpnProtocolsList();
    }

    static boolean maxTls12(CommonTlsContext common, At at) throws Refusal {
        TlsParameters parameters = common.getTlsParams();
        At paramsAt = at.field("tls_params");
        switch (parameters.getTlsMinimumProtocolVersion()) {
            case TLS_AUTO, TLSv1_2 -> {}
            default ->
                    throw paramsAt.field("tls_minimum_protocol_version")
                            .refuse(parameters.getTlsMinimumProtocolVersion() + " is not TLSv1_2");
        }
        return switch (parameters.getTlsMaximumProtocolVersion()) {
            case TLSv1_2 -> true;
            case TLS_AUTO, TLSv1_3 -> false;
            default ->
                    throw paramsAt.field("tls_maximum_protocol_version")
                            .refuse(
                                    parameters.getTlsMaximumProtocolVersion()
                                            + " is not TLSv1_2 or TLSv1_3");
        };
    }

    private static SpiffeId spiffeId(String uri, At at) throws Refusal {
        try {
            return SpiffeId.parse(uri);
        } catch (IllegalArgumentException e) {
            throw at.refuse(String.valueOf(e.getMessage()));
        }
    }
}
