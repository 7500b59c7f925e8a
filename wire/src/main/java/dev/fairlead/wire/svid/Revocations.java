package dev.fairlead.wire.svid;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CRLReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Certificates that their issuers have taken back: some CRLs, as they come in one PEM file. A list
 * says something of the certificates of its own issuer, whose key must have signed it; of what no
 * list speaks nothing is revoked. One whose time is over goes on to hold: what has been taken back
 * does not come back, and nobody else is refused because a newer list is late.
 *
 * <p>Source: RFC 5280 §5. Thread: any; immutable but for what it remembers. Cost of a look: by the
 * certificates of a chain; of an issuer's first, the check of a signature.
 */
public final class Revocations {

    public static final Revocations NONE = new Revocations(List.of());

    private static final int MAX_LISTS = 64;
    private static final int MAX_BYTES = 1 << 20; // what a ConfigMap holds
    private static final int MAX_REMEMBERED = 1024; // issuers' keys; a mesh has a handful
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----");

    private final List<X509CRL> lists;
    private final Map<Signed, Boolean> signatures = new ConcurrentHashMap<>();

    /** Whether the list of that number is by this key. */
    private record Signed(int list, PublicKey key) {}

    private Revocations(List<X509CRL> lists) {
        this.lists = List.copyOf(lists);
    }

    /** All lists in {@code pem}; at least one. CRLException says what is wrong with it. */
    public static Revocations parse(byte[] pem) throws CRLException {
        if (pem.length > MAX_BYTES) {
            throw new CRLException(pem.length + " bytes, at most " + MAX_BYTES + " are read");
        }
        Matcher blocks = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        List<X509CRL> lists = new ArrayList<>();
        while (blocks.find()) {
            lists.add(list(blocks.group(1), lists.size()));
            if (lists.size() > MAX_LISTS) {
                throw new CRLException("more than " + MAX_LISTS + " lists");
            }
        }
        if (lists.isEmpty()) {
            throw new CRLException("no block X509 CRL");
        }
        return new Revocations(lists);
    }

    private static X509CRL list(String base64, int number) throws CRLException {
        X509CRL list;
        try {
            byte[] der = Base64.getMimeDecoder().decode(base64);
            list =
                    (X509CRL)
                            CertificateFactory.getInstance("X.509")
                                    .generateCRL(new ByteArrayInputStream(der));
            list.getRevokedCertificates(); // whole, or not at all
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new CRLException("list " + number + ": " + e.getMessage(), e);
        }
        Set<String> critical = list.getCriticalExtensionOIDs();
        if (critical != null && !critical.isEmpty()) { // deltas and parts of lists among them
            throw new CRLException(
                    "list "
                            + number
                            + ": extension "
                            + critical.iterator().next()
                            + " is not supported");
        }
        return list;
    }

    public boolean isEmpty() {
        return lists.isEmpty();
    }

    /** How many certificates are revoked in all. */
    public int count() {
        int count = 0;
        for (X509CRL list : lists) {
            Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
            count += entries == null ? 0 : entries.size();
        }
        return count;
    }

    /** When the first of the lists should have been followed by a newer; null: none says. */
    public @Nullable Instant nextUpdate() {
        Instant first = null;
        for (X509CRL list : lists) {
            if (list.getNextUpdate() != null) {
                Instant next = list.getNextUpdate().toInstant();
                first = first == null || next.isBefore(first) ? next : first;
            }
        }
        return first;
    }

    /** Who has signed a list that none of {@code issuers} has, or may sign none; null: nobody. */
    public @Nullable String strangers(List<X509Certificate> issuers) {
        for (int i = 0; i < lists.size(); i++) {
            boolean known = false;
            for (X509Certificate issuer : issuers) {
                known |= isOf(i, issuer);
            }
            if (!known) {
                return lists.get(i).getIssuerX500Principal().getName();
            }
        }
        return null;
    }

    /**
     * The certificate of a chain that is revoked; null: none is.
     *
     * @param chain leaf first; it was found to lead to one of {@code roots}
     */
    public @Nullable X509Certificate revoked(
            List<X509Certificate> chain, List<X509Certificate> roots) {
        if (lists.isEmpty()) {
            return null;
        }
        for (X509Certificate certificate : chain) {
            for (int i = 0; i < lists.size(); i++) {
                if (names(lists.get(i), certificate)
                        && (isOfOneOf(i, chain) || isOfOneOf(i, roots))) {
                    return certificate;
                }
            }
        }
        return null;
    }

    private static boolean names(X509CRL list, X509Certificate certificate) {
        if (!list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
        return entry != null && entry.getRevocationReason() != CRLReason.REMOVE_FROM_CRL;
    }

    private boolean isOfOneOf(int list, List<X509Certificate> issuers) {
        for (X509Certificate issuer : issuers) {
            if (isOf(list, issuer)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOf(int list, X509Certificate issuer) {
        X509CRL crl = lists.get(list);
        if (!crl.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                || !maySign(issuer)) {
            return false;
        }
        if (signatures.size() > MAX_REMEMBERED) {
            signatures.clear();
        }
        return signatures.computeIfAbsent(
                new Signed(list, issuer.getPublicKey()), signed -> verifies(crl, signed.key));
    }

    private static boolean maySign(X509Certificate issuer) {
        boolean[] usage = issuer.getKeyUsage();
        return issuer.getBasicConstraints() >= 0 && (usage == null || usage[SvidRules.CRL_SIGN]);
    }

    private static boolean verifies(X509CRL crl, PublicKey key) {
        try {
            crl.verify(key);
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // by another key of the same name
        }
    }

    /** As PEM, in the order in which they came. */
    public String pem() {
        StringBuilder text = new StringBuilder();
        for (X509CRL list : lists) {
            try {
                text.append(Pem.block("X509 CRL", list.getEncoded()));
            } catch (CRLException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Revocations more && more.lists.equals(lists);
    }

    @Override
    public int hashCode() {
        return lists.hashCode();
    }
}
