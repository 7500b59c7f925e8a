package dev.fairlead.lab.cluster.network;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Short names from long ones. */
final class Digests {

    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BITS = 5;

    private Digests() {}

    /** The first {@code length} characters of the base32 form of the text's SHA-256. */
    static String base32(String text, int length) {
        byte[] digest;
        try {
            digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            int bit = i * BITS;
            int window = ((digest[bit / 8] & 0xff) << 8) | (digest[bit / 8 + 1] & 0xff);
            out.append(BASE32.charAt((window >> (16 - BITS - bit % 8)) & 0x1f));
        }
        return out.toString();
    }
}
