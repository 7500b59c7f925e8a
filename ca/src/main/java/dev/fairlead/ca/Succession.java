package dev.fairlead.ca;

import dev.fairlead.ca.RootHistory.Entry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How one authority follows another so that no two pods distrust each other. A pod learns of roots
 * with its certificate. So a new root is told for a certificate's life before anything is signed
 * under it, and an old one for as long after.
 *
 * @param signing who signs now
 * @param roots what the mesh is told to trust
 */
record Succession(Authority signing, RootHistory roots) {

    /**
     * @param signing who signed so far
     * @param wanted who is to sign
     * @param lifetime what a certificate lives at most
     */
    static Succession next(
            Authority signing,
            Authority wanted,
            RootHistory known,
            Instant now,
            Duration lifetime) {
        Instant from = turn(wanted, known, now, lifetime);
        Authority next = takesOver(signing, wanted, known, now, from) ? wanted : signing;
        List<Entry> roots = new ArrayList<>();
        for (X509Certificate root : wanted.roots()) {
            Entry entry = known.of(root);
            roots.add(new Entry(root, entry == null ? now : entry.since(), null));
        }
        for (Entry entry : known.entries()) {
            if (!wanted.roots().contains(entry.root())) {
                Instant leaves = entry.until() == null ? from.plus(lifetime) : entry.until();
                if (leaves.isAfter(now) || entry.root().equals(next.anchor())) {
                    roots.add(new Entry(entry.root(), entry.since(), leaves));
                }
            }
        }
        return new Succession(next.sameAs(signing) ? signing : next, new RootHistory(roots));
    }

    /** When everybody knows the root of {@code wanted}. */
    private static Instant turn(
            Authority wanted, RootHistory known, Instant now, Duration lifetime) {
        if (known.entries().isEmpty()) {
            return now; // a new mesh: nobody holds a certificate
        }
        Entry entry = known.of(wanted.anchor());
        Instant from = (entry == null ? now : entry.since()).plus(lifetime);
        return from.isAfter(now) ? from : now;
    }

    private static boolean takesOver(
            Authority signing, Authority wanted, RootHistory known, Instant now, Instant from) {
        return !from.isAfter(now)
                || wanted.roots().contains(signing.anchor())
                        && wanted.anchor().equals(signing.anchor())
                || known.of(signing.anchor()) == null // nobody trusts it
                || now.isAfter(signing.certificate().getNotAfter().toInstant());
    }
}
