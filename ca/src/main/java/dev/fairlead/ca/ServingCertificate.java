package dev.fairlead.ca;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.svid.SvidKey;
import dev.fairlead.wire.tokens.LiveKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that ca serves with, which it issues to itself: a new one at half its life, when
 * ca signs with another authority, and when this one is taken back.
 *
 * <p>Owner: the follower thread.
 */
final class ServingCertificate {

    private static final Logger log = LoggerFactory.getLogger(ServingCertificate.class);
    private static final Duration LIFETIME = Duration.ofHours(24);

    private final Trust trust;
    private final SpiffeId id;
    private final Clock clock;
    private final Supplier<Revocations> revoked;
    private final LiveKey key;
    private Authority issuer;
    private Instant renewAt;

    private record Issued(SvidKey key, List<X509Certificate> chain, Instant renewAt) {}

    ServingCertificate(
            Trust trust, String trustDomain, Clock clock, Supplier<Revocations> revoked) {
        this.trust = trust;
        this.id = SpiffeId.ca(trustDomain);
        this.clock = clock;
        this.revoked = revoked;
        Trust.Present present = trust.present();
        Issued first = issue(present);
        issuer = present.authority();
        renewAt = first.renewAt;
        key = new LiveKey(first.key.privateKey(), first.chain);
    }

    /** What a TLS server takes its key from. */
    LiveKey key() {
        return key;
    }

    void renewIfDue() {
        Trust.Present present = trust.present();
        if (present.authority().sameAs(issuer)
                && clock.instant().isBefore(renewAt)
                && !isTakenBack(present)) {
            return;
        }
        Issued next = issue(present);
        key.swap(next.key.privateKey(), next.chain);
        issuer = present.authority();
        renewAt = next.renewAt;
        log.info("serving certificate renewed signer=\"{}\"", signer(present));
    }

    /** The leaf alone: a new one does not help where the authority above it is. */
    private boolean isTakenBack(Trust.Present present) {
        List<X509Certificate> issuers = new ArrayList<>(present.bundle());
        issuers.addAll(present.authority().intermediates());
        return revoked.get().revoked(key.chain().subList(0, 1), issuers) != null;
    }

    private Issued issue(Trust.Present present) {
        SvidKey fresh = SvidKey.generate();
        Instant now = clock.instant();
        X509Certificate leaf = present.leaves().issue(id, fresh.publicKey(), now, LIFETIME);
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(leaf);
        chain.addAll(present.authority().intermediates());
        // a signer near its end cuts the leaf short
        Duration life = Duration.between(now, leaf.getNotAfter().toInstant());
        return new Issued(fresh, chain, now.plus(life.dividedBy(2)));
    }

    private static String signer(Trust.Present present) {
        return present.authority().certificate().getSubjectX500Principal().toString();
    }
}
