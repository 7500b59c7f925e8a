package dev.fairlead.wire.svid;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;

/** A fresh ECDSA P-256 key, in memory only, and the certificate request that it signs. */
public final class SvidKey {

    private static final byte[] VERSION = {0x02, 0x01, 0x00};
    private static final byte[] EMPTY_NAME = {0x30, 0x00};
    private static final byte[] NO_ATTRIBUTES = {(byte) 0xA0, 0x00};
    private static final byte[] ECDSA_WITH_SHA256 = { // SEQUENCE { OID 1.2.840.10045.4.3.2 }
        0x30, 0x0A, 0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x04, 0x03, 0x02
    };
    private static final int SEQUENCE = 0x30;
    private static final int BIT_STRING = 0x03;

    private final KeyPair pair;

    private SvidKey(KeyPair pair) {
        this.pair = pair;
    }

    public static SvidKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new SvidKey(generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 key", e);
        }
    }

    public PrivateKey privateKey() {
        return pair.getPrivate();
    }

    public PublicKey publicKey() {
        return pair.getPublic();
    }

    /**
     * A PEM request for a certificate of this key. It names nobody: ca takes the name from what the
     * caller may have. Source: RFC 2986 §4.
     */
    public String requestPem() {
        try {
            byte[] info =
                    der(SEQUENCE, VERSION, EMPTY_NAME, publicKey().getEncoded(), NO_ATTRIBUTES);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(info);
            byte[] bits = der(BIT_STRING, new byte[] {0}, signature.sign());
            return Pem.block("CERTIFICATE REQUEST", der(SEQUENCE, info, ECDSA_WITH_SHA256, bits));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificate request", e);
        }
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
