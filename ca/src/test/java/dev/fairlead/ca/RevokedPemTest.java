package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.Revocations;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocation lists that the user plugs in reach the mesh, the good ones. */
class RevokedPemTest {

    private static final Authority AUTHORITY =
            Leaves.selfSignedRoot("cluster.local", Instant.now());
    private static final Trust.Present TRUST = new Trust(AUTHORITY, AUTHORITY.roots()).present();

    private final RevokedPem revoked = new RevokedPem();

    static String list(Authority signer, long serial) throws Exception {
        return list(signer, BigInteger.valueOf(serial));
    }

    static String list(Authority signer, BigInteger serial) throws Exception {
        return list(signer, serial, false);
    }

    private static String list(Authority signer, BigInteger serial, boolean delta)
            throws Exception {
        var builder =
                new JcaX509v2CRLBuilder(signer.certificate().getSubjectX500Principal(), new Date());
        builder.setNextUpdate(Date.from(Instant.now().plus(Duration.ofDays(1))));
        builder.addCRLEntry(serial, new Date(), CRLReason.keyCompromise);
        if (delta) {
            builder.addExtension(
                    Extension.deltaCRLIndicator,
                    true,
                    new org.bouncycastle.asn1.ASN1Integer(BigInteger.ONE));
        }
        byte[] der =
                builder.build(
                                new JcaContentSignerBuilder(signer.signatureAlgorithm())
                                        .build(signer.key()))
                        .getEncoded();
        return Pem.block("X509 CRL", der);
    }

    @Test
    void whatIsGivenIsToldAndWhatIsGoneIsNot() throws Exception {
        String one = list(AUTHORITY, 1);

        assertThat(revoked.follow(null, "p", TRUST, "")).isEmpty();
        assertThat(revoked.follow(one, "p", TRUST, "")).isEqualTo(one);
        assertThat(revoked.follow(null, "p", TRUST, one)).isEmpty();
    }

    @Test
    void aBrokenVersionLeavesTheLastGoodOne() throws Exception {
        String one = list(AUTHORITY, 1);
        Authority stranger = Leaves.selfSignedRoot("other.org", Instant.now());

        assertThat(revoked.follow("x", "p", TRUST, "before"))
                .as("of the process before")
                .isEqualTo("before");
        assertThat(revoked.follow(one, "p", TRUST, "")).isEqualTo(one);
        for (String bad :
                List.of("", "nonsense", list(stranger, 2), list(AUTHORITY, BigInteger.TWO, true))) {
            assertThat(revoked.follow(bad, "p", TRUST, "")).isEqualTo(one);
        }
    }

    /** Into the file that agents look for beside the roots, and out of it. */
    @Test
    void followsTheFolder(@TempDir Path folder) throws Exception {
        try (CaFixture ca = new CaFixture(folder, null)) {
            Path told = folder.resolve("ca-crl.pem");
            assertThat(told).doesNotExist();
            Authority authority =
                    new CaFiles(folder.resolve("ca"), java.time.Clock.systemUTC())
                            .loadOrCreate(CaFixture.TRUST_DOMAIN);

            Files.writeString(folder.resolve("ca/ca-crl.pem"), list(authority, 77));
            await(() -> Files.exists(told));
            assertThat(Revocations.parse(Files.readAllBytes(told)).count()).isEqualTo(1);

            Files.delete(folder.resolve("ca/ca-crl.pem"));
            await(() -> Files.notExists(told));
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
