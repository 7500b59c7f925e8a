package dev.fairlead.ca;

import dev.fairlead.ca.AuthorityPem.BadAuthority;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The authority of one place that is looked at over and over: read again, and checked whole, only
 * where a byte of it has changed or a certificate of it is over.
 *
 * <p>Owner: the follower thread.
 */
final class KnownAuthority {

    private static final List<String> NAMES =
            List.of(
                    AuthorityPem.KEY,
                    AuthorityPem.CERTIFICATE,
                    AuthorityPem.ROOT,
                    AuthorityPem.CHAIN);

    private Map<String, byte[]> parts = Map.of();
    private @Nullable Authority authority;

    /** As {@link AuthorityPem#read}. */
    Authority read(Map<String, byte[]> now, UnaryOperator<String> place, Instant at)
            throws BadAuthority {
        Authority known = authority;
        if (known == null || !isSame(now) || isOver(known, at)) {
            known = AuthorityPem.read(now, place, at);
            authority = known;
            parts = now;
        }
        return known;
    }

    private boolean isSame(Map<String, byte[]> now) {
        for (String name : NAMES) {
            if (!Arrays.equals(parts.get(name), now.get(name))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOver(Authority known, Instant at) {
        boolean over = at.isAfter(known.certificate().getNotAfter().toInstant());
        for (X509Certificate above : known.above()) {
            over |= at.isAfter(above.getNotAfter().toInstant());
        }
        return over;
    }
}
