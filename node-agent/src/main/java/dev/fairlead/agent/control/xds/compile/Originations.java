package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.cluster.SubjectAltName.Kind;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** TLS towards servers outside the mesh. The agent finds the secrets by name. */
final class Originations {

    private Originations() {}

    /**
     * @param http of the cluster, which says whether its hosts decide
     */
    static TlsOrigination compile(UpstreamTlsContext tls, HttpOptions http, At at) throws Refusal {
        CommonTlsContext common = tls.getCommonTlsContext();
        At commonAt = at.field("common_tls_context");
        if (common.hasValidationContextSdsSecretConfig()) {
            throw commonAt.field("validation_context_sds_secret_config")
                    .refuse("combined_validation_context only");
        }
        At namesAt =
                commonAt.field("combined_validation_context").field("default_validation_context");
        String roots = roots(common, commonAt);
        Set<SubjectAltName> names = names(common, namesAt);
        if (common.hasValidationContext()
                && common.getValidationContext().getSerializedSize() > 0) {
            throw commonAt.field("validation_context").refuse("needs a secret with roots");
        }
        if (http.autoSan() && roots == null) {
            throw commonAt.field("combined_validation_context")
                    .refuse("not set beside auto_san_validation");
        }
        return new TlsOrigination(
                tls.getSni(),
                http.autoSni(),
                http.autoSan() && names.isEmpty(),
                TlsContexts.alpn(common, commonAt),
                certificate(common, commonAt),
                roots,
                names,
                TlsContexts.maxTls12(common, commonAt));
    }

    private static @Nullable String certificate(CommonTlsContext common, At at) throws Refusal {
        if (common.getTlsCertificateSdsSecretConfigsCount() == 0) {
            return null;
        }
        String name = TlsContexts.certificateName(common, at);
        if (!SecretNames.isCertificate(name)) {
            throw at.element("tls_certificate_sds_secret_configs", 0)
                    .field("name")
                    .refuse("\"" + name + "\" is not " + SecretNames.CERTIFICATES);
        }
        return name;
    }

    private static @Nullable String roots(CommonTlsContext common, At at) throws Refusal {
        if (!common.hasCombinedValidationContext()) {
            return null;
        }
        At secretAt =
                at.field("combined_validation_context")
                        .field("validation_context_sds_secret_config");
        var secret = common.getCombinedValidationContext().getValidationContextSdsSecretConfig();
        if (!SecretNames.isRoots(secret.getName())) {
            throw secretAt.field("name")
                    .refuse("\"" + secret.getName() + "\" is not " + SecretNames.ROOTS);
        }
        Values.requireAds(secret.getSdsConfig(), secretAt.field("sds_config"));
        return secret.getName();
    }

    private static Set<SubjectAltName> names(CommonTlsContext common, At at) throws Refusal {
        Set<SubjectAltName> names = new HashSet<>();
        List<SubjectAltNameMatcher> all =
                common.getCombinedValidationContext()
                        .getDefaultValidationContext()
                        .getMatchTypedSubjectAltNamesList();
        for (int i = 0; i < all.size(); i++) {
            SubjectAltNameMatcher name = all.get(i);
            At nameAt = at.element("match_typed_subject_alt_names", i);
            if (!name.getMatcher().hasExact() || name.getMatcher().getIgnoreCase()) {
                throw nameAt.field("matcher").refuse("not exact");
            }
            Kind kind =
                    switch (name.getSanType()) {
                        case DNS -> Kind.DNS;
                        case URI -> Kind.URI;
                        case EMAIL -> Kind.EMAIL;
                        case IP_ADDRESS -> Kind.IP_ADDRESS;
                        default -> throw nameAt.field("san_type").refuse("outside the profile");
                    };
            names.add(new SubjectAltName(kind, name.getMatcher().getExact()));
        }
        return names;
    }
}
