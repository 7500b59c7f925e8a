package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.SvidRules;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Chains that were found good under one bundle, byte for byte, until the first of their
 * certificates expires. That the peer holds the key is proven by each handshake anew; this saves
 * parsing and the check of ca's signature, which are the same every time.
 *
 * <p>Thread: any.
 */
final class VerifiedChains {

    private static final int MAX_CHAINS = 2048; // peers of a node; some 2 KiB each

    /** The full check of a chain that was not seen before. */
    interface Check {
        void run() throws CertificateException;
    }

    private record Good(SpiffeId id, Instant notBefore, Instant notAfter) {}

    private final InstantSource clock;
    private final Map<List<ByteBuffer>, Good> good = new ConcurrentHashMap<>();

    VerifiedChains(InstantSource clock) {
        this.clock = clock;
    }

    /** The identity that the chain proves. CertificateException says why it proves none. */
    SpiffeId identify(X509Certificate[] chain, Check check) throws CertificateException {
        List<ByteBuffer> key = new ArrayList<>(chain.length);
        for (X509Certificate certificate : chain) {
            key.add(ByteBuffer.wrap(certificate.getEncoded()));
        }
        Good known = good.get(key);
        Instant now = clock.instant();
        if (known != null && !now.isBefore(known.notBefore) && now.isBefore(known.notAfter)) {
            return known.id;
        }
        check.run();
        Good found = read(chain);
        if (good.size() >= MAX_CHAINS) {
            good.clear();
        }
        good.put(key, found);
        return found.id;
    }

    private static Good read(X509Certificate[] chain) throws CertificateException {
        Instant notBefore = Instant.MIN;
        Instant notAfter = Instant.MAX;
        for (X509Certificate certificate : chain) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant to = certificate.getNotAfter().toInstant();
            notBefore = from.isAfter(notBefore) ? from : notBefore;
            notAfter = to.isBefore(notAfter) ? to : notAfter;
        }
        return new Good(SvidRules.idOf(chain[0]), notBefore, notAfter);
    }
}
