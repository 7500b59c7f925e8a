package dev.fairlead.agent.data.tls;

import java.util.concurrent.atomic.LongAdder;

/** Checks of peers so far, all identities together. Thread: any may read. */
public final class TlsCounters {

    final LongAdder verified = new LongAdder();
    final LongAdder untrusted = new LongAdder();
    final LongAdder revoked = new LongAdder();
    final LongAdder wrongPeer = new LongAdder();

    /** Chains that proved an identity. */
    public long verified() {
        return verified.sum();
    }

    /** Chains that did not: foreign root, expired, not an SVID. */
    public long untrusted() {
        return untrusted.sum();
    }

    /** Chains with a certificate that its issuer has taken back. */
    public long revoked() {
        return revoked.sum();
    }

    /** Proven identities that were not the expected one (Envoy: fail_verify_san). */
    public long wrongPeer() {
        return wrongPeer.sum();
    }
}
