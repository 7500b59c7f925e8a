package dev.fairlead.agent.model.identity;

import dev.fairlead.wire.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one wanted identity stands, as admin shows it: no key in it.
 *
 * @param state name of the state: Asking, Waiting, Valid, Renewing, Overdue
 * @param references how many pods want it
 * @param chain leaf first; empty before the first certificate
 * @param bundle roots; empty before the first certificate
 * @param nextTry when ca is asked next; null while it is being asked
 * @param problem why the last try failed; null where it did not
 */
public record CertificateStatus(
        SpiffeId id,
        String state,
        int references,
        List<X509Certificate> chain,
        List<X509Certificate> bundle,
        @Nullable Instant nextTry,
        @Nullable String problem) {

    public CertificateStatus {
        chain = List.copyOf(chain);
        bundle = List.copyOf(bundle);
    }
}
