package dev.fairlead.wire.svid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.wire.identity.SpiffeId;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules for leaves that SPIFFE's X.509-SVID document sets, each broken by itself. */
class SvidRulesTest {

    private static final String ID = "spiffe://cluster.local/ns/shop/sa/till";
    private static final int NO_USAGE = -1;

    private static X509Certificate leaf(boolean ca, int usage, String... uris) throws Exception {
        SvidKey key = SvidKey.generate();
        Instant now = Instant.now();
        X500Name name = new X500Name("CN=leaf");
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now),
                        Date.from(now.plus(Duration.ofHours(1))),
                        name,
                        key.publicKey());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        if (usage != NO_USAGE) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        }
        GeneralName[] names =
                Arrays.stream(uris)
                        .map(uri ->
                                uri.startsWith("dns:")
                                        ? new GeneralName(GeneralName.dNSName, uri.substring(4))
                                        : new GeneralName(
                                                GeneralName.uniformResourceIdentifier, uri))
                        .toArray(GeneralName[]::new);
        if (names.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(key.privateKey())));
    }

    @Test
    void aProperLeafNamesItsId() throws Exception {
        assertThat(SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, ID)))
                .isEqualTo(SpiffeId.parse(ID));
        int more = KeyUsage.digitalSignature | KeyUsage.keyEncipherment | KeyUsage.keyAgreement;
        assertThat(SvidRules.idOf(leaf(false, more, ID))).isEqualTo(SpiffeId.parse(ID));
    }

    /** §2: any number of DNS names beside the one URI. */
    @Test
    void dnsNamesMayStandBesideTheId() throws Exception {
        assertThat(
                        SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, "dns:till.shop", ID))
                                .uri())
                .isEqualTo(ID);
    }

    @Test
    void aCertificateAuthorityIsNoWorkload() {
        assertThatThrownBy(() -> SvidRules.idOf(leaf(true, KeyUsage.digitalSignature, ID)))
                .hasMessage("a CA certificate is no workload's identity");
    }

    @ParameterizedTest
    @CsvSource({
        "-1", // none
        "32", // keyEncipherment alone: no digitalSignature
        "132", // digitalSignature, keyCertSign
        "130", // digitalSignature, cRLSign
        "134" // digitalSignature and both
    })
    void aLeafsKeySignsMessagesOnly(int usage) {
        assertThatThrownBy(() -> SvidRules.idOf(leaf(false, usage, ID)))
                .hasMessage("key usage is not that of an SVID leaf");
    }

    @Test
    void thereIsExactlyOneId() {
        assertThatThrownBy(() -> SvidRules.idOf(leaf(false, KeyUsage.digitalSignature)))
                .hasMessage("no URI SAN");
        assertThatThrownBy(() -> SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, "dns:a.b")))
                .hasMessage("no URI SAN");
        assertThatThrownBy(
                        () -> SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, ID, ID + "2")))
                .hasMessage("more than one URI SAN");
        String web = "https://cluster.local/";
        assertThatThrownBy(() -> SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, ID, web)))
                .hasMessage("more than one URI SAN");
    }

    @Test
    void theIdIsNotEmptyAndWellFormed() {
        assertThatThrownBy(() -> SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, "")))
                .isInstanceOf(java.security.cert.CertificateException.class);
        assertThatThrownBy(() ->
                        SvidRules.idOf(leaf(false, KeyUsage.digitalSignature, "spiffe://a.b")))
                .hasMessageStartingWith("URI SAN: ");
    }
}
