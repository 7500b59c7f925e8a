package dev.fairlead.agent.control.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fairlead.wire.svid.Pem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms that OpenSSL writes keys in. */
class PrivateKeyPemTest {

    private static PrivateKey key(String kind) {
        try {
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(kind.startsWith("RSA") ? "RSA" : "EC");
            if (kind.startsWith("RSA")) {
                generator.initialize(2048);
            } else {
                generator.initialize(new ECGenParameterSpec(kind));
            }
            return generator.generateKeyPair().getPrivate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is inside PKCS #8: RSAPrivateKey; ECPrivateKey, with the curve that it then needs. */
    private static byte[] old(PrivateKey key) throws Exception {
        var whole = PrivateKeyInfo.getInstance(key.getEncoded());
        if (key.getAlgorithm().equals("RSA")) {
            return whole.parsePrivateKey().toASN1Primitive().getEncoded();
        }
        var bare = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(whole.parsePrivateKey());
        return new org.bouncycastle.asn1.sec.ECPrivateKey(
                        ((java.security.interfaces.ECPrivateKey) key)
                                .getParams()
                                .getOrder()
                                .bitLength(),
                        bare.getKey(),
                        whole.getPrivateKeyAlgorithm().getParameters())
                .getEncoded();
    }

    /** Keys of one curve differ in what else is written with them. */
    private static Object secret(PrivateKey key) {
        return key instanceof java.security.interfaces.ECPrivateKey ec
                ? ec.getS() + " " + ec.getParams()
                : key;
    }

    @ParameterizedTest
    @CsvSource({"RSA, RSA PRIVATE KEY", "secp256r1, EC PRIVATE KEY", "secp384r1, EC PRIVATE KEY"})
    void allFormsAreTheSameKey(String kind, String oldLabel) throws Exception {
        PrivateKey key = key(kind);
        String certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

        for (String pem :
                new String[] {
                    Pem.block("PRIVATE KEY", key.getEncoded()),
                    certificate + Pem.block("PRIVATE KEY", key.getEncoded()),
                    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                            + Pem.block(oldLabel, old(key))
                }) {
            assertThat(secret(PrivateKeyPem.read(pem.getBytes(StandardCharsets.US_ASCII))))
                    .isEqualTo(secret(key));
        }
    }

    @Property(tries = 2000)
    void anythingElseIsRefusedAndNotRepeated(@ForAll byte[] bytes, @ForAll int form) {
        String label =
                switch (Math.floorMod(form, 4)) {
                    case 0 -> "PRIVATE KEY";
                    case 1 -> "RSA PRIVATE KEY";
                    case 2 -> "EC PRIVATE KEY";
                    default -> "ENCRYPTED PRIVATE KEY";
                };
        refused(Pem.block(label, bytes));
    }

    @Property(tries = 500)
    void damageIsRefusedOrGivesAKey(@ForAll int at, @ForAll byte value) throws Exception {
        byte[] der = old(KEY);
        der[Math.floorMod(at, der.length)] = value;
        String pem = Pem.block("EC PRIVATE KEY", der);
        Throwable refusal =
                catchThrowable(() -> PrivateKeyPem.read(pem.getBytes(StandardCharsets.US_ASCII)));
        if (refusal != null) {
            assertThat(refusal).isInstanceOf(GeneralSecurityException.class);
        }
    }

    private static final PrivateKey KEY = key("secp256r1");

    private static void refused(String pem) {
        assertThat(
                        catchThrowable(
                                () -> PrivateKeyPem.read(pem.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(GeneralSecurityException.class)
                .hasNoCause();
    }
}
