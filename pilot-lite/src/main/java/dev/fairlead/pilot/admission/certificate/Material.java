package dev.fairlead.pilot.admission.certificate;

import dev.fairlead.wire.svid.Pem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What Secret {@code fairlead-webhook} holds.
 *
 * @param authorities whom the API server is to trust, the one that signs first
 * @param authorityKey of the first authority
 */
record Material(
        List<X509Certificate> authorities,
        PrivateKey authorityKey,
        X509Certificate leaf,
        PrivateKey leafKey) {

    static final String CA = "ca.crt";
    static final String CA_KEY = "ca.key";
    static final String LEAF = "tls.crt";
    static final String LEAF_KEY = "tls.key";
    private static final String KEY_LABEL = "PRIVATE KEY";

    Material {
        authorities = List.copyOf(authorities);
    }

    X509Certificate authority() {
        return authorities.getFirst();
    }

    /** PEM, as the API server wants it. */
    String bundle() {
        return Pem.write(authorities);
    }

    /** Whether the authority that signs now has signed the leaf. */
    boolean leafIsItsOwn() {
        try {
            leaf.verify(authority().getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    Map<String, byte[]> write() {
        return Map.of(
                CA, ascii(bundle()),
                CA_KEY, ascii(Pem.block(KEY_LABEL, authorityKey.getEncoded())),
                LEAF, ascii(Pem.write(List.of(leaf))),
                LEAF_KEY, ascii(Pem.block(KEY_LABEL, leafKey.getEncoded())));
    }

    /** GeneralSecurityException says which part is missing or broken. */
    static Material read(Map<String, byte[]> parts) throws GeneralSecurityException {
        try {
            return new Material(
                    Pem.certificates(part(parts, CA)),
                    key(parts, CA_KEY),
                    Pem.certificates(part(parts, LEAF)).getFirst(),
                    key(parts, LEAF_KEY));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }

    private static byte[] part(Map<String, byte[]> parts, String name)
            throws GeneralSecurityException {
        byte[] part = parts.get(name);
        if (part == null) {
            throw new GeneralSecurityException(name + " is missing");
        }
        return part;
    }

    private static PrivateKey key(Map<String, byte[]> parts, String name)
            throws GeneralSecurityException {
        String base64 =
                new String(part(parts, name), StandardCharsets.US_ASCII)
                        .replaceAll("-----[A-Z ]+-----", "")
                        .replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "Material[" + leaf.getSerialNumber() + "]"; // never the keys
    }
}
