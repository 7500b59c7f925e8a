package dev.fairlead.pilot.admission;

import dev.fairlead.pilot.admission.certificate.TestMaterial;
import dev.fairlead.wire.svid.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** An API server's side of the webhook: trusts a bundle, and checks the name. */
final class WebhookClient {

    record Answer(int status, String body) {}

    private final int port;
    private final SSLContext ssl;
    private final HttpClient client;

    WebhookClient(int port, String bundle) throws Exception {
        this.port = port;
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        List<X509Certificate> roots = Pem.certificates(bundle);
        for (int i = 0; i < roots.size(); i++) {
            trusted.setCertificateEntry("root" + i, roots.get(i));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        ssl = SSLContext.getInstance("TLS");
        ssl.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder().sslContext(ssl).build();
    }

    static TestMaterial material(String name) {
        return TestMaterial.of(name);
    }

    Answer post(byte[] body) throws Exception {
        return send(request("/validate").POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    Answer get(String path) throws Exception {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .version(HttpClient.Version.HTTP_1_1);
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    boolean handshake(String protocol) throws IOException {
        try (SSLSocket socket =
                (SSLSocket)
                        ssl.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.startHandshake();
            return true;
        } catch (SSLException e) {
            return false;
        }
    }
}
