package dev.fairlead.agent.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.model.identity.CertificateStatus;
import dev.fairlead.wire.identity.SpiffeId;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;

class CertificatesPageTest {

    private static final Instant NOW = Instant.parse("2026-11-21T16:00:00Z");
    private static final SpiffeId SLEEP = new SpiffeId("cluster.local", "default", "sleep");

    @Test
    void certificatesHaveEnvoysShape() throws Exception {
        X509Certificate leaf = certificate(0xabcdef, SLEEP.uri(), NOW.plusSeconds(36 * 3600));
        X509Certificate root = certificate(1, null, NOW.plusSeconds(3600L * 24 * 3650));
        var status =
                new CertificateStatus(
                        SLEEP,
                        "Valid",
                        1,
                        List.of(leaf),
                        List.of(root),
                        NOW.plusSeconds(3600),
                        null);
        var page = new CertificatesPage(() -> List.of(status), Clock.fixed(NOW, ZoneOffset.UTC));

        AdminResponse response = page.answer(new AdminRequest(false, "/certs", Map.of(), ""));

        assertThat(response.body()).doesNotContain("PRIVATE");
        assertThat(new ObjectMapper().readTree(response.body()))
                .hasToString(
                        "{\"certificates\":[{\"ca_cert\":[{\"path\":\"<secret ROOTCA>\","
                                + "\"serial_number\":\"1\",\"subject_alt_names\":[],"
                                + "\"days_until_expiration\":\"3650\","
                                + "\"valid_from\":\"2026-11-21T15:59:00Z\","
                                + "\"expiration_time\":\"2036-11-18T16:00:00Z\"}],"
                                + "\"cert_chain\":[{\"path\":"
                                + "\"<secret spiffe://cluster.local/ns/default/sa/sleep>\","
                                + "\"serial_number\":\"abcdef\",\"subject_alt_names\":"
                                + "[{\"uri\":\"spiffe://cluster.local/ns/default/sa/sleep\"}],"
                                + "\"days_until_expiration\":\"1\","
                                + "\"valid_from\":\"2026-11-21T15:59:00Z\","
                                + "\"expiration_time\":\"2026-11-23T04:00:00Z\"}],"
                                + "\"state\":\"Valid\",\"next_try\":\"2026-11-21T17:00:00Z\"}]}");
    }

    private static X509Certificate certificate(
            long serial, @org.jspecify.annotations.Nullable String uri, Instant until)
            throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(256);
        KeyPair pair = keys.generateKeyPair();
        X500Name name = new X500Name("O=test");
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(serial),
                        Date.from(NOW.minusSeconds(60)),
                        Date.from(until),
                        name,
                        pair.getPublic());
        if (uri != null) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    true,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(pair.getPrivate())));
    }
}
