package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import dev.fairlead.wire.svid.SvidRules;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsrCheckTest {

    private static KeyPair key(String kind, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** A request that claims another workload's name, and to be a CA. */
    private static byte[] boastful(KeyPair key, String algorithm) throws Exception {
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(
                        new GeneralName(
                                GeneralName.uniformResourceIdentifier,
                                "spiffe://cluster.local/ns/default/sa/victim")));
        extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=victim"), key.getPublic())
                .addAttribute(
                        PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(new JcaContentSignerBuilder(algorithm).build(key.getPrivate()))
                .getEncoded();
    }

    private static String pem(byte[] der) {
        return Pem.block("CERTIFICATE REQUEST", der);
    }

    @Test
    void ourOwnRequestIsGood() {
        SvidKey key = SvidKey.generate();

        assertThat(CsrCheck.check(key.requestPem())).isEqualTo(new CsrCheck.Good(key.publicKey()));
    }

    @Test
    void namesAndExtensionsOfARequestDoNotReachTheCertificate() throws Exception {
        var good = (CsrCheck.Good) CsrCheck.check(pem(boastful(key("EC", 256), "SHA256withECDSA")));
        var leaves =
                new Leaves(
                        Leaves.selfSignedRoot("cluster.local", Instant.now()), new SecureRandom());
        SpiffeId own = new SpiffeId("cluster.local", "default", "own");

        X509Certificate leaf = leaves.issue(own, good.key(), Instant.now(), Duration.ofHours(1));

        assertThat(SvidRules.idOf(leaf)).isEqualTo(own);
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.toString()).doesNotContain("victim");
    }

    @ParameterizedTest
    @CsvSource({
        "EC, 384, SHA384withECDSA, neither P-256",
        "RSA, 1024, SHA256withRSA, 1024 bits",
        "RSA, 2048, SHA1withRSA, signature algorithm",
        "Ed25519, 255, Ed25519, signature algorithm"
    })
    void weakAndUnknownKeysAreBad(String kind, int bits, String algorithm, String reason)
            throws Exception {
        assertThat(CsrCheck.check(pem(boastful(key(kind, bits), algorithm))).toString())
                .startsWith("Bad")
                .contains(reason);
    }

    @Test
    void anRsaKeyOf2048BitsIsGood() throws Exception {
        assertThat(CsrCheck.check(pem(boastful(key("RSA", 2048), "SHA256withRSA"))))
                .isInstanceOf(CsrCheck.Good.class);
    }

    @Test
    void aSignatureOfAnotherKeyIsBad() throws Exception {
        byte[] der = boastful(key("EC", 256), "SHA256withECDSA");
        der[der.length - 1] ^= 1;

        assertThat(CsrCheck.check(pem(der))).isInstanceOf(CsrCheck.Bad.class);
    }

    @Test
    void hugeAndForeignTextIsBad() {
        assertThat(CsrCheck.check("x".repeat(20_000))).isInstanceOf(CsrCheck.Bad.class);
        assertThat(CsrCheck.check("")).isInstanceOf(CsrCheck.Bad.class);
        assertThat(CsrCheck.check(Pem.block("CERTIFICATE", new byte[] {1})))
                .isInstanceOf(CsrCheck.Bad.class);
    }

    /** A few flips survive, where the parser reads two spellings of one value as the same. */
    @Test
    void aBrokenRequestIsNeverAnExceptionAndNeverAnotherKey() throws Exception {
        KeyPair key = key("EC", 256);
        byte[] good = boastful(key, "SHA256withECDSA");
        Random random = new Random(42);
        int bad = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] broken = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            switch (CsrCheck.check(pem(broken))) {
                case CsrCheck.Good(PublicKey found) -> assertThat(found).isEqualTo(key.getPublic());
                case CsrCheck.Bad(String _) -> bad++;
            }
        }
        assertThat(bad).isGreaterThan(1_900);
    }
}
