package dev.fairlead.ca;

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

    String signatureAlgorithm() {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    @Override
    public String toString() {
        return "Authority[" + certificate.getSubjectX500Principal() + "]"; // never the key
    }
}
