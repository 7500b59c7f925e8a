package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.identity.Credential;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An HTTPS server outside the mesh, of the JDK's making; it notes by whom it is asked for what. */
final class TlsServer implements AutoCloseable {

    private static final char[] NO_PASSWORD = {};

    /** Of each connection: the name that the server was asked by, and who showed a certificate. */
    final Queue<String> connections = new ConcurrentLinkedQueue<>();

    private final SSLServerSocket socket;

    /**
     * @param clients roots of clients' certificates, without which nobody is let in; null: anybody
     */
    TlsServer(Credential own, @Nullable Credential clients) throws Exception {
        KeyStore keys = store();
        keys.setKeyEntry(
                "own", own.key(), NO_PASSWORD, own.certificates().toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, NO_PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        KeyStore roots = store();
        if (clients != null) {
            roots.setCertificateEntry("root", clients.certificates().getFirst());
        }
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                managers.getKeyManagers(), clients == null ? null : trust.getTrustManagers(), null);
        socket =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket.setNeedClientAuth(clients != null);
        Thread.ofVirtual().start(this::accept);
    }

    private static KeyStore store() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    InetSocketAddress address() {
        return Mesh.address(socket.getLocalPort());
    }

    private void accept() {
        while (true) {
            try {
                SSLSocket accepted = (SSLSocket) socket.accept();
                Thread.ofVirtual().start(() -> serve(accepted));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(SSLSocket accepted) {
        try (accepted) {
            accepted.startHandshake();
            connections.add(name(accepted) + " " + client(accepted));
            var lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    accepted.getInputStream(), StandardCharsets.ISO_8859_1));
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.isEmpty()) {
                    accepted.getOutputStream()
                            .write(FakeUpstream.OK.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // the other side's doing, which is what is tested
        }
    }

    private static String name(SSLSocket accepted) {
        List<?> names = ((ExtendedSSLSession) accepted.getSession()).getRequestedServerNames();
        return names.isEmpty() ? "-" : ((SNIHostName) names.getFirst()).getAsciiName();
    }

    private static String client(SSLSocket accepted) {
        try {
            var shown = (X509Certificate) accepted.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            return "-";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
