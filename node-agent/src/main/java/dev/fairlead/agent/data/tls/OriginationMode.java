package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TLS as a rule says, with the credentials that its names stand for.
 *
 * @param certificate null: none is shown
 * @param roots null: the server is whoever it is
 */
record OriginationMode(
        List<String> alpn,
        boolean maxTls12,
        @Nullable Credential certificate,
        @Nullable Credential roots,
        Set<SubjectAltName> names)
        implements ContextMode {

    /** Of a pod of {@code namespace}; null where a credential is not there. */
    static @Nullable OriginationMode of(
            TlsOrigination tls, String namespace, Credentials credentials) {
        String certificateName = tls.certificate();
        String rootsName = tls.roots();
        Credential certificate =
                certificateName == null ? null : credentials.get(namespace, certificateName);
        Credential roots = rootsName == null ? null : credentials.get(namespace, rootsName);
        boolean missing =
                certificateName != null && (certificate == null || certificate.key() == null)
                        || rootsName != null && roots == null;
        return missing
                ? null
                : new OriginationMode(tls.alpn(), tls.maxTls12(), certificate, roots, tls.names());
    }

    /** Whether its credentials are still among those that there are. */
    boolean isCurrent(Credentials now) {
        return (certificate == null || now.all().containsValue(certificate))
                && (roots == null || now.all().containsValue(roots));
    }
}
