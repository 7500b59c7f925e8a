package dev.fairlead.agent.model.identity;

import dev.fairlead.wire.identity.SpiffeId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A workload's key and certificate, and the roots by which it knows its peers.
 *
 * @param chain what it presents: leaf first, without the root
 * @param bundle the roots that it trusts
 */
public record Svid(
        SpiffeId id, PrivateKey key, List<X509Certificate> chain, List<X509Certificate> bundle) {

    public Svid {
        if (chain.isEmpty() || bundle.isEmpty()) {
            throw new IllegalArgumentException("SVID of " + id + " without chain or bundle");
        }
        chain = List.copyOf(chain);
        bundle = List.copyOf(bundle);
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** The leaf's serial number, in hex. */
    public String serial() {
        return leaf().getSerialNumber().toString(16);
    }

    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Svid[" + id + " serial " + serial() + " until " + notAfter() + "]";
    }
}
