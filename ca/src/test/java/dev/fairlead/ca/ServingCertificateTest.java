package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.svid.Revocations;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** When ca gives itself a new certificate. */
class ServingCertificateTest {

    private static final Instant NOW = Instant.now();
    private static final Authority AUTHORITY = Leaves.selfSignedRoot("cluster.local", NOW);

    private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private Revocations revoked = Revocations.NONE;
    private final ServingCertificate serving =
            new ServingCertificate(
                    new Trust(AUTHORITY, AUTHORITY.roots()),
                    "cluster.local",
                    new Clock() {
                        @Override
                        public Instant instant() {
                            return clock.instant();
                        }

                        @Override
                        public java.time.ZoneId getZone() {
                            return clock.getZone();
                        }

                        @Override
                        public Clock withZone(java.time.ZoneId zone) {
                            return clock.withZone(zone);
                        }
                    },
                    () -> revoked);

    private X509Certificate leaf() {
        return serving.key().chain().getFirst();
    }

    private static Revocations taking(X509Certificate certificate) throws Exception {
        return Revocations.parse(
                RevokedPemTest.list(AUTHORITY, certificate.getSerialNumber())
                        .getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void atHalfItsLife() {
        X509Certificate first = leaf();
        serving.renewIfDue();
        assertThat(leaf()).isEqualTo(first);

        clock = Clock.offset(clock, Duration.ofHours(12));
        serving.renewIfDue();
        assertThat(leaf()).isNotEqualTo(first);
    }

    @Test
    void whenItIsTakenBackAndOnceOnly() throws Exception {
        X509Certificate first = leaf();
        revoked = taking(first);
        serving.renewIfDue();
        X509Certificate second = leaf();
        assertThat(second).isNotEqualTo(first);

        serving.renewIfDue();
        assertThat(leaf()).isEqualTo(second);
    }
}
