package dev.fairlead.agent.control.credential;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An unencrypted private key as PEM: {@code PRIVATE KEY}, {@code RSA PRIVATE KEY}, {@code EC
 * PRIVATE KEY}. What is wrong is said without a byte of it.
 *
 * <p>Source: RFC 7468, RFC 5958 (PKCS #8), RFC 8017 §A.1.2 (RSA), RFC 5915 (EC).
 */
final class PrivateKeyPem {

    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([^-]{1,65536})-----END \\1-----");
    private static final byte[] RSA = { // rsaEncryption, NULL
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        1,
        1,
        1,
        0x05,
        0x00
    };
    private static final byte[] EC_PUBLIC_KEY = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PrivateKeyPem() {}

    static PrivateKey read(byte[] pem) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw new InvalidKeySpecException("no unencrypted private key in PEM");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("private key: bad base64");
        }
        return switch (block.group(1)) {
            case "RSA PRIVATE KEY" -> key("RSA", wrapped(RSA, der));
            case "EC PRIVATE KEY" -> {
                byte[] curve = curve(der);
                yield key("EC", wrapped(element(SEQUENCE, EC_PUBLIC_KEY, curve), der));
            }
            default -> ofAnyKind(der);
        };
    }

    private static PrivateKey ofAnyKind(byte[] pkcs8) throws GeneralSecurityException {
        try {
            return key("RSA", pkcs8);
        } catch (InvalidKeySpecException e) {
            return key("EC", pkcs8);
        }
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeySpecException("private key: not one of RSA or ECDSA");
        }
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION_0, algorithm, element(OCTETS, key));
    }

    /** The parameters of an ECPrivateKey: what names its curve. */
    private static byte[] curve(byte[] der) throws InvalidKeySpecException {
        Cursor whole = new Cursor(der, 0, der.length);
        Cursor key = whole.enter(SEQUENCE);
        key.enter(INTEGER);
        key.enter(OCTETS);
        Cursor parameters = key.enter(PARAMETERS);
        return Arrays.copyOfRange(der, parameters.at, parameters.end);
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream element = new ByteArrayOutputStream(length + 4);
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    /** Elements of DER, one after the other; each is checked against what encloses it. */
    private static final class Cursor {

        private final byte[] der;
        private int at;
        private final int end;

        Cursor(byte[] der, int at, int end) {
            this.der = der;
            this.at = at;
            this.end = end;
        }

        /** The content of the next element, which must be of this tag; it is passed by. */
        Cursor enter(int tag) throws InvalidKeySpecException {
            int start = at + 2;
            if (start > end || (der[at] & 0xff) != tag) {
                throw malformed();
            }
            int length = der[at + 1] & 0xff;
            if (length >= 0x80) {
                int bytes = length - 0x80;
                if (bytes < 1 || bytes > 2 || start + bytes > end) {
                    throw malformed();
                }
                length = 0;
                for (int i = 0; i < bytes; i++) {
                    length = length << 8 | der[start++] & 0xff;
                }
            }
            if (start + length > end) {
                throw malformed();
            }
            at = start + length;
            return new Cursor(der, start, at);
        }

        private static InvalidKeySpecException malformed() {
            return new InvalidKeySpecException("private key: malformed, or without its curve");
        }
    }
}
