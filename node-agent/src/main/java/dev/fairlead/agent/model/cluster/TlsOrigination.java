package dev.fairlead.agent.model.cluster;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Client side of TLS that is not the mesh's: with a certificate that a rule names, or none. Secrets
 * are found by name in the namespace of the pod that calls.
 *
 * @param sni server name sent; empty: none, or by {@code autoSni}
 * @param autoSni the server is asked for by the request's host
 * @param autoSan the server's certificate must have the request's host
 * @param alpn protocols offered, preferred first
 * @param certificate secret that is shown; null: none
 * @param roots secret by which the server is known; null: whoever it is
 * @param names of which the server's certificate must have one; empty: any
 * @param maxTls12 TLS 1.2 at most
 */
public record TlsOrigination(
        String sni,
        boolean autoSni,
        boolean autoSan,
        List<String> alpn,
        @Nullable String certificate,
        @Nullable String roots,
        Set<SubjectAltName> names,
        boolean maxTls12) {

    public TlsOrigination {
        alpn = List.copyOf(alpn);
        names = Set.copyOf(names);
        if (roots == null && (autoSan || !names.isEmpty())) {
            throw new IllegalArgumentException("names of a server that is not verified");
        }
    }

    /** Whether connections for one host are not for another. */
    public boolean byHost() {
        return autoSni || autoSan;
    }
}
