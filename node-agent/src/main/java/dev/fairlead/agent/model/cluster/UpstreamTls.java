package dev.fairlead.agent.model.cluster;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;
import java.util.Set;

/**
 * Client side of mTLS.
 *
 * @param sni server name sent; empty: none
 * @param alpn protocols offered, preferred first
 * @param peers identities of which the server must show one; empty: the addressed workload's own
 * @param maxTls12 TLS 1.2 at most, as Istio 1.0 had it
 */
public record UpstreamTls(String sni, List<String> alpn, Set<SpiffeId> peers, boolean maxTls12) {

    public UpstreamTls {
        alpn = List.copyOf(alpn);
        peers = Set.copyOf(peers);
    }
}
