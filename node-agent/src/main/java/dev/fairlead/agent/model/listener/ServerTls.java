package dev.fairlead.agent.model.listener;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;

/**
 * Server side of mTLS; a client certificate is always asked for and must be of the mesh.
 *
 * @param identity whose certificate is shown
 * @param alpn protocols accepted, preferred first
 * @param maxTls12 TLS 1.2 at most, as Istio 1.0 had it
 */
public record ServerTls(SpiffeId identity, List<String> alpn, boolean maxTls12) {

    public ServerTls {
        alpn = List.copyOf(alpn);
    }
}
