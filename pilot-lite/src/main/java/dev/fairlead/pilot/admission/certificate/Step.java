package dev.fairlead.pilot.admission.certificate;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the leader does next. The order keeps the API server's trust ahead of what is served: an
 * authority is trusted before its first leaf, and a while longer than its last one.
 */
enum Step {
    /** Nothing usable is there. */
    BEGIN,
    /** The configuration does not trust exactly what it should. */
    TRUST,
    NEW_AUTHORITY,
    NEW_LEAF,
    /** Authorities whose leaves nobody serves any more. */
    DROP_OLDER,
    NOTHING;

    private static final Duration AUTHORITY_REST = Duration.ofDays(365); // leaves live for less
    private static final Duration SPREAD = Duration.ofMinutes(1); // to every API server

    /** After a new leaf: every replica has it long since. */
    private static final Duration OLDER_STAY = Duration.ofHours(1);

    /**
     * @param bundles caBundle of each webhook; empty where there is no configuration
     */
    static Step next(@Nullable Material material, List<String> bundles, Instant now) {
        if (material == null || ended(material.authority(), now)) {
            return BEGIN;
        }
        String bundle = material.bundle();
        if (!bundles.stream().allMatch(bundle::equals)) {
            return TRUST;
        }
        X509Certificate authority = material.authority();
        if (authority.getNotAfter().toInstant().minus(AUTHORITY_REST).isBefore(now)) {
            return NEW_AUTHORITY;
        }
        if (!material.leafIsItsOwn()) {
            boolean known = made(authority).plus(SPREAD).isBefore(now);
            return known || ended(material.leaf(), now) ? NEW_LEAF : NOTHING;
        }
        Instant renewal =
                made(material.leaf()).plus(Mint.LEAF_LIFETIME.multipliedBy(2).dividedBy(3));
        if (renewal.isBefore(now) || ended(material.leaf(), now)) {
            return NEW_LEAF;
        }
        boolean older = material.authorities().size() > 1;
        return older && made(material.leaf()).plus(OLDER_STAY).isBefore(now) ? DROP_OLDER : NOTHING;
    }

    private static boolean ended(X509Certificate certificate, Instant now) {
        return certificate.getNotAfter().toInstant().isBefore(now);
    }

    private static Instant made(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant().plus(Mint.BACKDATE);
    }
}
