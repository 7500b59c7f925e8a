package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.model.listener.ForwardClientCert;
import dev.fairlead.agent.model.listener.ForwardClientCert.Form;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Envoy's forms of x-forwarded-client-cert, and how its values are written. */
class ForwardedClientCertTest {

    private static final SpiffeId BY = new SpiffeId("cluster.local", "default", "called");
    private static final SpiffeId CALLER = new SpiffeId("cluster.local", "default", "caller");
    private static final TestAuthority AUTHORITY = new TestAuthority("root");
    private static final X509Certificate PLAIN = AUTHORITY.svid(CALLER).leaf();

    private static String hash(X509Certificate certificate) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    private static ForwardClientCert telling(String... what) {
        List<String> told = List.of(what);
        return new ForwardClientCert(
                Form.SANITIZE_SET,
                told.contains("cert"),
                told.contains("chain"),
                told.contains("subject"),
                told.contains("uri"),
                told.contains("dns"));
    }

    private static String written(ForwardClientCert how, X509Certificate... chain) {
        HttpHeaders headers = new DefaultHttpHeaders();
        ForwardedClientCert.of(how, BY, List.of(chain)).replace(headers);
        return headers.get(HeaderNames.X_FORWARDED_CLIENT_CERT);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // form, mTLS, what came, what goes on; OWN is what we say
                "SANITIZE,            true,  a, -",
                "SANITIZE,            false, a, -",
                "FORWARD_ONLY,        true,  a, a",
                "FORWARD_ONLY,        true,  -, -",
                "FORWARD_ONLY,        false, a, -",
                "APPEND_FORWARD,      true,  a, 'a,OWN'",
                "APPEND_FORWARD,      true,  -, OWN",
                "APPEND_FORWARD,      true,  '', OWN",
                "APPEND_FORWARD,      false, a, -",
                "SANITIZE_SET,        true,  a, OWN",
                "SANITIZE_SET,        true,  -, OWN",
                "SANITIZE_SET,        false, a, -",
                "ALWAYS_FORWARD_ONLY, true,  a, a",
                "ALWAYS_FORWARD_ONLY, false, a, a",
                "ALWAYS_FORWARD_ONLY, false, -, -",
            })
    void forms(Form form, boolean mutual, String came, String goesOn) throws Exception {
        var how = new ForwardClientCert(form, false, false, false, true, false);
        HttpHeaders headers = new DefaultHttpHeaders();
        if (came != null) {
            headers.set(HeaderNames.X_FORWARDED_CLIENT_CERT, came);
        }

        ForwardedClientCert.of(how, BY, mutual ? List.of(PLAIN) : List.of()).replace(headers);

        String own = "By=" + BY.uri() + ";Hash=" + hash(PLAIN) + ";URI=" + CALLER.uri();
        assertThat(headers.get(HeaderNames.X_FORWARDED_CLIENT_CERT))
                .isEqualTo(goesOn == null ? null : goesOn.replace("OWN", own));
    }

    @Test
    void severalHeadersBecomeOne() {
        var how = new ForwardClientCert(Form.FORWARD_ONLY, false, false, false, true, false);
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add(HeaderNames.X_FORWARDED_CLIENT_CERT, "a");
        headers.add(HeaderNames.X_FORWARDED_CLIENT_CERT, "b");

        ForwardedClientCert.of(how, BY, List.of(PLAIN)).replace(headers);

        assertThat(headers.getAll(HeaderNames.X_FORWARDED_CLIENT_CERT)).containsExactly("a,b");
    }

    @Test
    void whatIsToldByDefault() throws Exception {
        assertThat(written(ForwardClientCert.DEFAULT, PLAIN))
                .isEqualTo(
                        "By="
                                + BY.uri()
                                + ";Hash="
                                + hash(PLAIN)
                                + ";Subject=\"\";URI="
                                + CALLER.uri());
    }

    @Test
    void keysAreInEnvoysOrderAndCertificatesUrlEncoded() throws Exception {
        String leaf = encoded(PLAIN);
        String root = encoded(AUTHORITY.root);

        assertThat(
                        written(
                                telling("cert", "chain", "subject", "uri", "dns"),
                                PLAIN,
                                AUTHORITY.root))
                .isEqualTo(
                        "By="
                                + BY.uri()
                                + ";Hash="
                                + hash(PLAIN)
                                + ";Cert=\""
                                + leaf
                                + "\";Chain=\""
                                + leaf
                                + root
                                + "\";Subject=\"\";URI="
                                + CALLER.uri());
        assertThat(leaf).startsWith("-----BEGIN%20CERTIFICATE-----%0A").doesNotContain("/", "+");
    }

    private static String encoded(X509Certificate certificate) {
        return Pem.write(List.of(certificate))
                .replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }

    @Test
    void aSubjectIsWrittenAsOpensslDoes() {
        assertThat(told("subject", "C=US,O=A \\\"big\\\" one\\, too,CN=caller,E=a@b.c"))
                .isEqualTo(
                        "Subject=\"emailAddress=a@b.c,CN=caller,O=A \\\"big\\\" one\\, too,C=US\"");
        assertThat(told("subject", "CN=caf\u00e9")).isEqualTo("Subject=\"CN=caf\\C3\\A9\"");
    }

    @Test
    void namesThatTheHeadersSyntaxUsesAreQuoted() {
        assertThat(told("dns", "CN=x", "a.example.com", "b,c", "d\";URI=e", "f\\"))
                .isEqualTo("DNS=a.example.com;DNS=\"b,c\";DNS=\"d\\\";URI=e\";DNS=\"f\\5C\"");
    }

    private static String told(String what, String subject, String... dns) {
        GeneralName[] names = new GeneralName[dns.length];
        for (int i = 0; i < dns.length; i++) {
            names[i] = new GeneralName(GeneralName.dNSName, dns[i]);
        }
        X509Certificate leaf = AUTHORITY.leaf(new X500Name(subject), names);
        String written = written(telling(what), leaf);
        return written.substring(written.indexOf(';', written.indexOf("Hash=")) + 1);
    }

    @Test
    void withoutNamesTheUriIsEmptyAndTheDnsMissing() {
        String written = written(telling("uri", "dns"), AUTHORITY.leaf(new X500Name("CN=x")));

        assertThat(written).endsWith(";URI=");
    }
}
