package dev.fairlead.ca;

import dev.fairlead.ca.AuthorityPem.BadAuthority;
import dev.fairlead.wire.svid.Revocations;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revocation lists beside a plugged-in authority, {@code ca-crl.pem} as Istio's: passed on to
 * the mesh beside its roots. What cannot be used is told once, and the last good version stays.
 *
 * <p>Owner: the follower thread.
 */
final class RevokedPem {

    private static final Logger log = LoggerFactory.getLogger(RevokedPem.class);

    private Revocations good = Revocations.NONE;
    private boolean known; // whether good is what was there at some time
    private String complaint = "";

    /**
     * What is to be told to the mesh, empty: nothing is revoked.
     *
     * @param given null: there is no list
     * @param place where it stands, for messages
     * @param told what the mesh was told so far, where nothing good was read yet
     */
    String follow(@Nullable String given, String place, Trust.Present trust, String told) {
        try {
            Revocations now = given == null ? Revocations.NONE : read(given, place, issuers(trust));
            if (!now.equals(good)) {
                log.info("revocation lists read place=\"{}\" revoked={}", place, now.count());
            }
            good = now;
            known = true;
            complaint = "";
            X509Certificate signer = good.revoked(chain(trust), trust.bundle());
            if (signer != null) {
                complain(place + " revokes ca's own " + signer.getSubjectX500Principal());
            }
        } catch (BadAuthority e) {
            complain(String.valueOf(e.getMessage()));
        }
        return known ? good.pem() : told;
    }

    /** The last good ones. */
    Revocations lists() {
        return good;
    }

    private void complain(String reason) {
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.error("revocation lists reason=\"{}\"", reason);
        }
    }

    private static Revocations read(String pem, String place, List<X509Certificate> issuers)
            throws BadAuthority {
        try {
            Revocations lists = Revocations.parse(pem.getBytes(StandardCharsets.ISO_8859_1));
            String stranger = lists.strangers(issuers);
            if (stranger != null) {
                throw new CRLException(
                        "the list of " + stranger + " is signed by none of the mesh's issuers");
            }
            return lists;
        } catch (CRLException e) {
            throw new BadAuthority(place + ": " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> chain(Trust.Present trust) {
        return trust.authority().intermediates();
    }

    private static List<X509Certificate> issuers(Trust.Present trust) {
        List<X509Certificate> issuers = new ArrayList<>(trust.bundle());
        issuers.add(trust.authority().certificate());
        issuers.addAll(trust.authority().above());
        return issuers;
    }
}
