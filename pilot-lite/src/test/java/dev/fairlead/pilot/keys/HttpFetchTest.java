package dev.fairlead.pilot.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.pilot.admission.certificate.TestMaterial;
import dev.fairlead.pilot.state.JwtRule.Keys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is fetched, and what is not. */
@SuppressWarnings("NullAway.Init") // made before each test
class HttpFetchTest {

    private static final char[] NO_PASSWORD = {};
    private static final String KEYS = "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"N\",\"e\":\"AQAB\"}]}";

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final HttpFetch fetch = new HttpFetch(null, _ -> true);
    private ServerSocket server;
    private volatile String answer = "";

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofVirtual()
                .start(() -> {
                    while (true) {
                        try (Socket socket = server.accept()) {
                            byte[] head = new byte[4096];
                            int n = socket.getInputStream().read(head);
                            asked.add(
                                    new String(head, 0, Math.max(n, 0), StandardCharsets.US_ASCII));
                            socket.getOutputStream()
                                    .write(
                                            answer.replace("PORT", "" + server.getLocalPort())
                                                    .getBytes(StandardCharsets.UTF_8));
                            while (answer.endsWith("~")) { // a byte after the other
                                socket.getOutputStream().write('x');
                                Thread.sleep(20);
                            }
                            if (answer.endsWith("…")) {
                                socket.getInputStream().read(); // and waits
                            }
                        } catch (IOException | InterruptedException e) {
                            if (server.isClosed()) {
                                return;
                            }
                        }
                    }
                });
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Keys.Remote here(String path, boolean discovered) {
        return new Keys.Remote(
                "http://127.0.0.1:" + server.getLocalPort() + path,
                discovered,
                Duration.ofSeconds(5));
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void aKeySet() throws IOException {
        answer = ok(KEYS);
        assertThat(fetch.keySet(here("/keys?v=1", false))).isEqualTo(KEYS);
        assertThat(asked.getFirst())
                .startsWith("GET /keys?v=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort());
    }

    @Test
    void inChunksOrUntilTheEnd() throws IOException {
        answer =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n"
                        + KEYS.substring(0, 5)
                        + "\r\n"
                        + Integer.toHexString(KEYS.length() - 5)
                        + "\r\n"
                        + KEYS.substring(5)
                        + "\r\n0\r\n\r\n";
        assertThat(fetch.keySet(here("/", false))).isEqualTo(KEYS);
        answer = "HTTP/1.0 200 OK\r\n\r\n" + KEYS;
        assertThat(fetch.keySet(here("", false))).isEqualTo(KEYS);
    }

    @Test
    void whereAnIssuerSaysThatTheyAre() {
        answer =
                ok("{\"jwks_uri\": \"http://127.0.0.1:PORT/keys\"}")
                        .replaceFirst("th: [0-9]+", "th: 43");
        assertThatThrownBy(() -> fetch.keySet(here("/.well-known/openid-configuration", true)))
                .isInstanceOf(IOException.class); // it says so there, too: no key set
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1)).startsWith("GET /keys ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 302 Found~Location: http://169.254.169.254/~Content-Length: 0~~|status 302",
                "HTTP/1.1 404 Not Found~Content-Length: 0~~|status 404",
                "HTTP/1.1 200 OK~Content-Length: 3~~abc|what is there is no JSON",
                "HTTP/1.1 200 OK~Content-Length: 99~~abc|the answer ends too soon",
                "HTTP/1.1 200 OK~Content-Length: 99999999~~|more than 262144 bytes",
                "HTTP/1.1 200 OK~Content-Length: x~~|no length: x",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~FFFFFFF~|more than 262144 bytes",
                "SSH-2.0-x~|no HTTP answer",
                "''|the answer ends too soon",
            })
    void whatComesInstead(String text, String reason) {
        answer = text.replace("~", "\r\n");
        assertThatThrownBy(() -> fetch.keySet(here("/", false))).hasMessage(reason);
    }

    /** It gives up; how long that takes is not the test's business. */
    @ParameterizedTest
    @ValueSource(strings = {"…", "~"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aServerThatNeverEnds(String how) {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + how;
        Keys.Remote from =
                new Keys.Remote(here("/", false).address(), false, Duration.ofMillis(200));
        assertThatThrownBy(() -> fetch.keySet(from)).isInstanceOf(IOException.class);
    }

    /** By its own roots, which may come late and change. */
    @Test
    void aServerOfAPrivateAuthority(@TempDir Path folder) throws Exception {
        TestMaterial own = TestMaterial.of("localhost");
        Path roots = folder.resolve("extra.pem");
        HttpFetch trusting = new HttpFetch(roots, _ -> true);
        try (ServerSocket secure = serveSecurely(own)) {
            Keys.Remote there =
                    new Keys.Remote(
                            "https://localhost:" + secure.getLocalPort() + "/",
                            false,
                            Duration.ofSeconds(20));
            assertThatThrownBy(() -> fetch.keySet(there)).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> trusting.keySet(there))
                    .isInstanceOf(NoSuchFileException.class);
            Files.writeString(roots, TestMaterial.of("another").bundle());
            assertThatThrownBy(() -> trusting.keySet(there)).isInstanceOf(SSLException.class);

            Files.writeString(roots, own.bundle() + TestMaterial.of("another").bundle());

            assertThat(trusting.keySet(there)).isEqualTo(KEYS);
        }
    }

    private static ServerSocket serveSecurely(TestMaterial own) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "own",
                own.key().getPrivateKey("1"),
                NO_PASSWORD,
                own.key().chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        ServerSocket socket =
                context.getServerSocketFactory()
                        .createServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual()
                .start(() -> {
                    while (!socket.isClosed()) {
                        try (Socket accepted = socket.accept()) {
                            int n = accepted.getInputStream().read(new byte[4096]);
                            if (n > 0) {
                                accepted.getOutputStream()
                                        .write(ok(KEYS).getBytes(StandardCharsets.UTF_8));
                            }
                        } catch (IOException e) {
                            // who does not trust it, or the end
                        }
                    }
                });
        return socket;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/",
                "http://[::1]:1/",
                "http://localhost:1/",
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/",
                "http://0.0.0.0/",
                "http://224.0.0.1/"
            })
    void nothingOfThisMachine(String address) {
        HttpFetch real = new HttpFetch(null, HttpFetch::isElsewhere);
        assertThatThrownBy(
                        () -> real.keySet(new Keys.Remote(address, false, Duration.ofSeconds(5))))
                .hasMessageEndingWith(" is this machine, or on its link");
    }
}
