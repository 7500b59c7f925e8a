package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
import dev.fairlead.agent.model.identity.Credentials.Name;
import dev.fairlead.wire.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS that rules ask for, towards a server that the mesh knows nothing of. */
@SuppressWarnings("NullAway.Init") // made by each test
class TlsOriginationTest {

    private static final SpiffeId POD = new SpiffeId("cluster.local", "default", "client");
    private static final String ROOTS = "file-root:/ca.pem";
    private static final String CERTIFICATE = "file-cert:/c.pem~/k.pem";
    private static final Instant TOMORROW = Instant.now().plus(Duration.ofHours(12));
    private static final GeneralName A = dns("a");

    private final TestAuthority authority = new TestAuthority("public");
    private final TestAuthority other = new TestAuthority("other");
    private final TestAuthority mesh = new TestAuthority("mesh");
    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());
    private TlsServer server;
    private Mesh source;

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    @BeforeEach
    void identity() {
        tls.install(mesh.svid(POD));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        source.close();
        server.close();
        tls.remove(POD);
    }

    /** By the request's host in every respect, as where a rule says {@code mode: SIMPLE} alone. */
    private static TlsOrigination simple() {
        return new TlsOrigination("", true, true, List.of(), null, ROOTS, Set.of(), false);
    }

    private static TlsOrigination mutual() {
        return new TlsOrigination("", true, true, List.of(), CERTIFICATE, ROOTS, Set.of(), false);
    }

    private void begin(
            TlsOrigination how, Credential ofServer, @Nullable Credential clients, boolean http)
            throws Exception {
        server = new TlsServer(ofServer, clients);
        Config config =
                new Config()
                        .transport(new UpstreamTransport.Originated(how))
                        .service("a", server.address())
                        .route("a:80", "a")
                        .route("b", "a");
        source =
                new Mesh(
                        (http ? config.outboundHttp() : config.outboundTcp("a")).build(),
                        tls,
                        new OnTheWire());
    }

    private void credentials(String namespace, Map<String, Credential> secrets) {
        Map<Name, Credential> all = new HashMap<>();
        secrets.forEach((secret, credential) -> all.put(new Name(namespace, secret), credential));
        tls.install(new Credentials(all));
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    @Test
    void theServerIsAskedForByTheRequestsHostAndKnownByIt() throws Exception {
        credentials("default", Map.of(ROOTS, authority.roots()));
        begin(simple(), authority.certificate(TOMORROW, A), null, true);
        Wire client = source.client();

        for (int i = 0; i < 3; i++) {
            client.send(get("A:80"));
            assertThat(client.readResponse().body()).isEqualTo("ok");
        }

        assertThat(server.connections).containsExactly("a -");
        assertThat(source.count(ClusterStat.SSL_HANDSHAKE)).isEqualTo(1);
        assertThat(source.outcomes()).isEqualTo("{200 -=3}");
    }

    /** Else who was found to be one host would get what is meant for another. */
    @Test
    void aConnectionForOneHostServesNoOther() throws Exception {
        credentials("default", Map.of(ROOTS, authority.roots()));
        begin(simple(), authority.certificate(TOMORROW, A), null, true);
        Wire client = source.client();

        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(200);
        client.send(get("b"));
        assertThat(client.readResponse().status()).isEqualTo(503);

        assertThat(source.count(ClusterStat.SSL_FAIL_VERIFY_SAN)).isEqualTo(1);
        assertThat(source.outcomes()).isEqualTo("{200 -=1, 503 UF=1}");
    }

    static Stream<Arguments> servers() {
        return Stream.of(
                arguments("right", "a", TOMORROW, true, ""),
                arguments("wildcard", "*.example.com", TOMORROW, false, "san"),
                arguments("another's name", "b", TOMORROW, true, "san"),
                arguments("expired", "a", Instant.now().minusSeconds(5), true, "error"),
                arguments("of another root", "a", TOMORROW, false, "error"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void whoIsNotTheServerGetsNoRequest(
            String what, String name, Instant until, boolean known, String failure)
            throws Exception {
        credentials("default", Map.of(ROOTS, authority.roots()));
        boolean ours = known || failure.equals("san");
        begin(simple(), (ours ? authority : other).certificate(until, dns(name)), null, true);
        Wire client = source.client();

        client.send(get("a"));
        Wire.Message answer = client.readResponse();

        assertThat(answer.status()).as(what).isEqualTo(failure.isEmpty() ? 200 : 503);
        if (!failure.isEmpty()) {
            assertThat(answer.body())
                    .startsWith("upstream connect error or disconnect/reset before headers")
                    .contains("TLS_error");
        }
        assertThat(source.count(ClusterStat.SSL_FAIL_VERIFY_SAN))
                .isEqualTo(failure.equals("san") ? 1 : 0);
        assertThat(source.count(ClusterStat.SSL_FAIL_VERIFY_ERROR))
                .isEqualTo(failure.equals("error") ? 1 : 0);
    }

    @Test
    void namesOfARuleTakeTheHostsPlace() throws Exception {
        credentials("default", Map.of(ROOTS, authority.roots()));
        var names = Set.of(new SubjectAltName(SubjectAltName.Kind.DNS, "x.example.com"));
        begin(
                new TlsOrigination(
                        "asked.example.com", false, false, List.of(), null, ROOTS, names, true),
                authority.certificate(TOMORROW, dns("*.example.com")),
                null,
                true);
        Wire client = source.client();

        for (String host : List.of("a", "b")) {
            client.send(get(host));
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(server.connections).containsExactly("asked.example.com -");
    }

    @Test
    void withoutRootsAnybodyIsTheServer() throws Exception {
        begin(
                new TlsOrigination("", true, false, List.of(), null, null, Set.of(), false),
                other.certificate(TOMORROW, dns("whoever")),
                null,
                true);
        Wire client = source.client();

        client.send(get("a"));

        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void theClientShowsWhatItsNamespaceHas() throws Exception {
        credentials(
                "default",
                Map.of(
                        ROOTS,
                        authority.roots(),
                        CERTIFICATE,
                        other.certificate(TOMORROW, dns("client.example"))));
        begin(mutual(), authority.certificate(TOMORROW, A), other.roots(), true);
        Wire client = source.client();

        client.send(get("a"));

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(server.connections).containsExactly("a CN=client.example");
    }

    /** A rule can name it, but what it stands for is another's. */
    @Test
    void anotherNamespacesKeyIsNone() throws Exception {
        credentials(
                "payments",
                Map.of(
                        ROOTS,
                        authority.roots(),
                        CERTIFICATE,
                        other.certificate(TOMORROW, dns("client.example"))));
        begin(mutual(), authority.certificate(TOMORROW, A), other.roots(), true);
        Wire client = source.client();

        client.send(get("a"));

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(server.connections).isEmpty();
        assertThat(source.outcomes()).isEqualTo("{503 NRDY=1}");
    }

    @Test
    void whatComesLaterIsUsedFromThenOn() throws Exception {
        begin(simple(), authority.certificate(TOMORROW, A), null, true);
        Wire client = source.client();
        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(503);
        credentials("default", Map.of(ROOTS, other.roots()));
        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(503);

        credentials("default", Map.of(ROOTS, authority.roots()));

        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void aRevokedServerGetsNoRequest() throws Exception {
        Credential ofServer = authority.certificate(TOMORROW, A);
        var lists = authority.revoking(ofServer.certificates().getFirst());
        credentials(
                "default",
                Map.of(ROOTS, new Credential("lists", null, List.of(authority.root), lists)));
        begin(simple(), ofServer, null, true);
        Wire client = source.client();

        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(source.count(ClusterStat.SSL_CERTIFICATE_REVOKED)).isEqualTo(1);
        assertThat(source.outcomes()).isEqualTo("{503 UF=1}");

        credentials("default", Map.of(ROOTS, authority.roots()));
        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    private Credential roots(X509Certificate... revoked) {
        return new Credential(
                "lists " + List.of(revoked),
                null,
                List.of(authority.root),
                authority.revoking(revoked));
    }

    /** What is open rests on the server's certificate as what is new does. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsOpenEndsWithTheServersCertificate(boolean http) throws Exception {
        Credential ofServer = authority.certificate(TOMORROW, A);
        X509Certificate another =
                authority.certificate(TOMORROW, dns("b")).certificates().getFirst();
        credentials("default", Map.of(ROOTS, authority.roots()));
        begin(simple(), ofServer, null, http);
        Wire client = source.client();
        client.send(get("a"));
        assertThat(client.readResponse().status()).isEqualTo(200);

        credentials("default", Map.of(ROOTS, roots(another)));
        client.send(get("a"));
        assertThat(client.readResponse().status()).as("another's").isEqualTo(200);
        assertThat(source.count(ClusterStat.SSL_HANDSHAKE)).as("kept").isEqualTo(1);
        X509Certificate own = ofServer.certificates().getFirst();
        credentials("payments", Map.of(ROOTS, roots(own)));
        assertThat(source.count(ClusterStat.SSL_CERTIFICATE_REVOKED)).isZero();

        credentials("default", Map.of(ROOTS, roots(another, own)));

        Mesh.await("it", () -> source.count(ClusterStat.SSL_CERTIFICATE_REVOKED) > 0);
        if (http) {
            client.send(get("a"));
            assertThat(client.readResponse().status()).isEqualTo(503);
        } else {
            assertThat(client.end()).isEqualTo("RST");
        }
    }

    @Test
    void opaqueConnectionsAreForNoHost() throws Exception {
        credentials("default", Map.of(ROOTS, authority.roots()));
        begin(simple(), authority.certificate(TOMORROW, dns("b")), null, false);
        Wire client = source.client();

        client.send(get("a"));

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(server.connections).containsExactly("- -");
    }
}
