package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.ForwardClientCert;
import dev.fairlead.agent.model.listener.ForwardClientCert.Form;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The judge of {@code x-forwarded-client-cert}: a real Envoy of the same form and details, called
 * by the same clients with the same requests, tells its application the same of who calls.
 */
@Tag("envoy")
class ForwardedClientCertJudgeTest {

    /** The mesh's pod, which is the server here. */
    private static final SpiffeId SERVER = new SpiffeId("cluster.local", "default", "client");

    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "default", "caller");
    private static final char[] NO_PASSWORD = {};

    /** What a client says of itself. */
    private static final List<List<String>> SAID =
            List.of(
                    List.of(),
                    List.of("By=x;Hash=y;URI=z"),
                    List.of("one", "two"),
                    List.of("a,b;c=\"d,e\""));

    @TempDir Path folder;
    private final TestAuthority root = new TestAuthority("root");
    private final Svid server = root.svid(SERVER);
    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());
    private final List<Caller> callers =
            List.of(
                    new Caller("without TLS", null, List.of()),
                    of("a workload", root.svid(CLIENT)),
                    of("a workload below an intermediate", root.intermediate("sub").svid(CLIENT)),
                    named(
                            "C=US,O=A \\\"big\\\" one\\, too,CN=caller,E=a@b.c",
                            "a.example.com",
                            "b"),
                    named("CN=caf\u00e9", "*.example.com"));

    private record Caller(
            String name, @Nullable PrivateKey key, List<X509Certificate> certificates) {

        boolean isPlain() {
            return certificates.isEmpty();
        }
    }

    private static Caller of(String name, Svid svid) {
        return new Caller(name, svid.key(), svid.chain());
    }

    private Caller named(String subject, String... dns) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, CLIENT.uri()));
        for (String name : dns) {
            names.add(new GeneralName(GeneralName.dNSName, name));
        }
        var made =
                root.certificate(
                        Instant.now().plus(Duration.ofHours(1)),
                        new X500Name(subject),
                        names.toArray(GeneralName[]::new));
        return new Caller(subject, made.key(), made.certificates());
    }

    @BeforeEach
    void identity() {
        tls.install(server);
    }

    @AfterEach
    void close() {
        tls.remove(SERVER);
    }

    /** Each form with each choice of details that it can make use of. */
    private static List<ForwardClientCert> forms() {
        List<ForwardClientCert> forms = new ArrayList<>();
        for (Form form : Form.values()) {
            boolean tells = form == Form.APPEND_FORWARD || form == Form.SANITIZE_SET;
            for (int bits = 0; bits < 32; bits += tells ? 1 : 31) {
                forms.add(
                        new ForwardClientCert(
                                form,
                                (bits & 1) != 0,
                                (bits & 2) != 0,
                                (bits & 4) != 0,
                                (bits & 8) != 0,
                                (bits & 16) != 0));
            }
        }
        return forms;
    }

    @Test
    void tellsTheSameOfWhoCalls() throws Exception {
        JudgeEnvoy.require(ForwardedClientCertJudgeTest.class);
        List<ForwardClientCert> forms = forms();
        List<String> differences = new ArrayList<>();
        Set<String> keys = new TreeSet<>();
        try (FakeUpstream theirs = FakeUpstream.thatAnswers(FakeUpstream.OK);
                JudgeEnvoy envoy =
                        new JudgeEnvoy(folder, resources(forms, theirs.address().getPort()))) {
            for (int i = 0; i < forms.size(); i++) {
                FakeUpstream ours = FakeUpstream.thatAnswers(FakeUpstream.OK);
                try (Mesh mesh = agent(forms.get(i), ours)) {
                    for (Caller caller : callers) {
                        String listener = (caller.isPlain() ? "plain" : "tls") + i;
                        List<String> said;
                        try (Wire wire = wire(caller, envoy.connect(listener))) {
                            said = told(wire, theirs);
                        }
                        try (Wire wire = wire(caller, mesh.inboundClient().socket)) {
                            compare(forms.get(i), caller, said, told(wire, ours), differences);
                        }
                        said.forEach(value -> addKeys(value, keys));
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(keys).contains("By", "Hash", "Cert", "Chain", "Subject", "URI", "DNS");
    }

    private static void compare(
            ForwardClientCert how,
            Caller caller,
            List<String> said,
            List<String> saidHere,
            List<String> differences) {
        for (int i = 0; i < SAID.size(); i++) {
            if (!said.get(i).equals(saidHere.get(i))) {
                differences.add(
                        "\n%s of %s, saying %s\nenvoy: %s\nagent: %s"
                                .formatted(
                                        how,
                                        caller.name,
                                        SAID.get(i),
                                        said.get(i),
                                        saidHere.get(i)));
            }
        }
    }

    private static void addKeys(String value, Set<String> keys) {
        for (String part : value.split("[;,]")) {
            if (part.contains("=")) {
                keys.add(part.substring(0, part.indexOf('=')));
            }
        }
    }

    private Mesh agent(ForwardClientCert how, FakeUpstream application) throws Exception {
        Filter http =
                new Filter.Http(
                        "http",
                        new Filter.Routes.Named("routes"),
                        Set.of(),
                        HttpManager.DEFAULT.forwarding(how));
        Mesh mesh =
                new Mesh(
                        new Config()
                                .service("a", application.address())
                                .route("*", "a")
                                .inbound(true, new ServerTls(SERVER, List.of(), false), http)
                                .inbound(false, null, http)
                                .build(),
                        tls,
                        new OnTheWire());
        mesh.closing(application);
        return mesh;
    }

    private static Wire wire(Caller caller, Socket socket) throws Exception {
        if (caller.isPlain()) {
            return new Wire(socket);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                "own",
                caller.key,
                NO_PASSWORD,
                caller.certificates.toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManager[] anybody = InsecureTrustManagerFactory.INSTANCE.getTrustManagers();
        context.init(managers.getKeyManagers(), anybody, null);
        SSLSocket secured =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "server", socket.getPort(), true);
        secured.startHandshake();
        return new Wire(secured);
    }

    /** What the application hears of each request, several headers as one. */
    private static List<String> told(Wire wire, FakeUpstream application) throws Exception {
        List<String> told = new ArrayList<>();
        for (List<String> said : SAID) {
            StringBuilder request = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
            said.forEach(value ->
                    request.append("X-Forwarded-Client-Cert: ").append(value).append("\r\n"));
            application.requests.clear();
            wire.send(request + "\r\n");
            assertThat(wire.readResponse().status()).isEqualTo(200);
            List<String> values = new ArrayList<>();
            for (String header : application.requests.remove().headers()) {
                int colon = header.indexOf(':');
                if (header.substring(0, colon)
                        .toLowerCase(Locale.ROOT)
                        .equals("x-forwarded-client-cert")) {
                    values.add(header.substring(colon + 1).strip());
                }
            }
            told.add(String.join(",", values));
        }
        return told;
    }

    // --- Envoy

    private String resources(List<ForwardClientCert> forms, int upstream) throws Exception {
        Path chain = folder.resolve("chain.pem");
        Path key = folder.resolve("key.pem");
        Path roots = folder.resolve("roots.pem");
        Files.writeString(chain, Pem.write(server.chain()));
        Files.writeString(key, Pem.block("PRIVATE KEY", server.key().getEncoded()));
        Files.writeString(roots, Pem.write(List.of(root.root)));
        String secured =
                """
                "transport_socket": {"name": "tls", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                  "require_client_certificate": true,
                  "common_tls_context": {
                    "tls_certificates": [{"certificate_chain": {"filename": "%s"}, "private_key": {"filename": "%s"}}],
                    "validation_context": {"trusted_ca": {"filename": "%s"}}}}},
                """
                        .formatted(chain, key, roots);
        List<String> listeners = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            listeners.add(listener("tls" + i, secured, forms.get(i)));
            listeners.add(listener("plain" + i, "", forms.get(i)));
        }
        return """
        {"listeners": [%s], "clusters": [{"name": "a", "type": "STATIC",
          "load_assignment": {"cluster_name": "a", "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}
        """
                .formatted(String.join(",", listeners), upstream);
    }

    private static String listener(String name, String socket, ForwardClientCert how) {
        return """
        {"name": "%s", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
         "filter_chains": [{%s "filters": [{"name": "http", "typed_config": {
           "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
           "stat_prefix": "http", "codec_type": "HTTP1",
           "forward_client_cert_details": "%s",
           "set_current_client_cert_details":
             {"cert": %b, "chain": %b, "subject": %b, "uri": %b, "dns": %b},
           "route_config": {"virtual_hosts": [{"name": "a", "domains": ["*"],
             "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "a"}}]}]},
           "http_filters": [{"name": "router", "typed_config": {
             "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
        """
                .formatted(
                        name,
                        socket,
                        how.form(),
                        how.cert(),
                        how.chain(),
                        how.subject(),
                        how.uri(),
                        how.dns());
    }
}
