package dev.fairlead.agent.model.listener;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;
import java.util.Set;

/**
 * Server side of mTLS; a client certificate is always asked for and must be of the mesh.
 *
 * @param identity whose certificate is shown
 * @param alpn protocols accepted, preferred first
 * @param maxTls12 TLS 1.2 at most, as Istio 1.0 had it
 * @param trustDomains of which the client must be; empty: of the agent's own
 */
public record ServerTls(
        SpiffeId identity, List<String> alpn, boolean maxTls12, Set<String> trustDomains) {

    public ServerTls {
        alpn = List.copyOf(alpn);
        trustDomains = Set.copyOf(trustDomains);
    }

    public ServerTls(SpiffeId identity, List<String> alpn, boolean maxTls12) {
        this(identity, alpn, maxTls12, Set.of());
    }
}
