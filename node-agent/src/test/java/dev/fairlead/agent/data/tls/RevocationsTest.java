package dev.fairlead.agent.data.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Revocations;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationsTest {

    private static final SpiffeId ID = new SpiffeId("cluster.local", "default", "a");
    private static final Instant LATER = Instant.now().plus(Duration.ofDays(1));

    private final TestAuthority root = new TestAuthority("root");
    private final TestAuthority middle = root.intermediate("middle");
    private final List<X509Certificate> chain = middle.svid(ID).chain();
    private final List<X509Certificate> roots = List.of(root.root);

    private static Revocations parse(String pem) throws CRLException {
        return Revocations.parse(pem.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aListSpeaksOfItsOwnIssuersCertificates() throws Exception {
        X509Certificate leaf = chain.getFirst();

        assertThat(parse(middle.crl(LATER, leaf)).revoked(chain, roots)).isEqualTo(leaf);
        assertThat(parse(root.crl(LATER, middle.root)).revoked(chain, roots))
                .isEqualTo(middle.root);
        assertThat(parse(root.crl(LATER, leaf)).revoked(chain, roots)).isNull();
        assertThat(parse(middle.crl(LATER)).revoked(chain, roots)).isNull();
    }

    @Test
    void aListOfSomebodyElsesKeySaysNothing() throws Exception {
        TestAuthority impostor = root.intermediate("middle");

        assertThat(parse(impostor.crl(LATER, chain.getFirst())).revoked(chain, roots)).isNull();
    }

    @Test
    void severalListsAreOne() throws Exception {
        Revocations lists =
                parse(root.crl(LATER) + "text between\n" + middle.crl(LATER, chain.get(0)));

        assertThat(lists.revoked(chain, roots)).isEqualTo(chain.get(0));
        assertThat(lists.count()).isEqualTo(1);
        assertThat(parse(lists.pem())).isEqualTo(lists);
    }

    @Test
    void aListThatIsOverGoesOnToHold() throws Exception {
        Instant over = Instant.ofEpochSecond(Instant.now().getEpochSecond() - 3600);
        Revocations lists = parse(middle.crl(over, chain.get(0)) + root.crl(LATER));

        assertThat(lists.nextUpdate()).isEqualTo(over);
        assertThat(lists.revoked(chain, roots)).isEqualTo(chain.get(0));
    }

    @Test
    void strangersAreNamed() throws Exception {
        Revocations lists = parse(root.crl(LATER) + new TestAuthority("other").crl(LATER));

        assertThat(lists.strangers(roots)).isEqualTo("CN=other");
        assertThat(parse(root.crl(LATER)).strangers(roots)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
                "-----BEGIN X509 CRL-----\nMA==\n-----END X509 CRL-----\n",
                "-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n",
                "-----BEGIN X509 CRL-----\nMAA=\n",
            })
    void whatIsNoListIsRefused(String pem) {
        assertThatThrownBy(() -> parse(pem)).isInstanceOf(CRLException.class);
    }
}
