package dev.fairlead.ca;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What ca signs with.
 *
 * @param certificate the signing certificate: the root, or an intermediate
 * @param above certificates between the signing one and the root, nearest first; neither included
 * @param roots what the mesh trusts; several while roots are being exchanged
 */
record Authority(
        PrivateKey key,
        X509Certificate certificate,
        List<X509Certificate> above,
        List<X509Certificate> roots) {

    Authority {
        above = List.copyOf(above);
        roots = List.copyOf(roots);
    }

    /** What a holder presents after its leaf: all between it and the root. */
    List<X509Certificate> intermediates() {
        if (roots.contains(certificate)) {
            return List.of();
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate);
        chain.addAll(above);
        return chain;
    }

    /** The root under which leaves of this authority verify. */
    X509Certificate anchor() {
        List<X509Certificate> chain = intermediates();
        if (chain.isEmpty()) {
            return certificate;
        }
        for (X509Certificate root : roots) {
            if (signed(root, chain.getLast())) {
                return root;
            }
        }
        throw new IllegalStateException("no root above " + this + ": it was not checked");
    }

    private static boolean signed(X509Certificate root, X509Certificate below) {
        try {
            below.verify(root.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // of the same name, perhaps, but another key
        }
    }

    /** Whether {@code other} signs and is trusted in the same way; the keys then are one, too. */
    boolean sameAs(Authority other) {
        return certificate.equals(other.certificate)
                && above.equals(other.above)
                && roots.equals(other.roots);
    }

    String signatureAlgorithm() {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    @Override
    public String toString() {
        return "Authority[" + certificate.getSubjectX500Principal() + "]"; // never the key
    }
}
