package dev.fairlead.pilot.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.pilot.state.JwtRule.Keys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Fetches key sets over HTTP and HTTPS. A name is looked up once, and the address that it has is
 * the one that is connected to: a second look-up could lead elsewhere. Nothing is fetched from this
 * machine or its link (where clouds keep their secrets), and no redirection is followed: whoever
 * may write an object would otherwise choose whom pilot-lite talks to.
 *
 * <p>Thread: a virtual one, which waits.
 */
public final class HttpFetch implements Fetch {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final IssuerRoots roots;
    private final Predicate<InetAddress> reachable;

    /**
     * By the trust store of the JVM.
     *
     * @param extraRoots PEM, of authorities that are trusted too; null: none
     */
    public HttpFetch(@Nullable Path extraRoots) {
        this(extraRoots, HttpFetch::isElsewhere);
    }

    HttpFetch(@Nullable Path extraRoots, Predicate<InetAddress> reachable) {
        this.roots = new IssuerRoots(extraRoots);
        this.reachable = reachable;
    }

    static boolean isElsewhere(InetAddress address) {
        return !(address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress());
    }

    @Override
    public String keySet(Keys.Remote from) throws IOException {
        String text = get(from.address(), from.timeout());
        if (from.discovered()) {
            String address;
            try {
                address = JSON.readTree(text).path("jwks_uri").asText("");
            } catch (JsonProcessingException e) {
                throw new IOException(from.address() + " is no JSON", e);
            }
            if (address.isEmpty()) {
                throw new IOException(from.address() + " has no jwks_uri");
            }
            text = get(address, from.timeout());
        }
        try {
            return KeySetText.of(text);
        } catch (IllegalArgumentException e) {
            throw new IOException("what is there " + e.getMessage(), e);
        }
    }

    private String get(String text, Duration timeout) throws IOException {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IOException(text + " is no URI", e);
        }
        String host = uri.getHost();
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if (host == null || !(secure || "http".equalsIgnoreCase(uri.getScheme()))) {
            throw new IOException(text + " is neither http nor https");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        long deadline = System.nanoTime() + timeout.toNanos();
        try (Socket socket = new Socket()) {
            Thread guard = Thread.ofVirtual().start(() -> closeAfter(socket, timeout));
            try {
                socket.connect(new InetSocketAddress(address(host), port), millisTo(deadline));
                socket.setSoTimeout(millisTo(deadline));
                Socket stream = secure ? secured(socket, host, port) : socket;
                stream.getOutputStream().write(request(uri, host).getBytes(StandardCharsets.UTF_8));
                stream.getOutputStream().flush();
                return HttpAnswer.read(stream.getInputStream(), KeySetText.MAX_LENGTH);
            } finally {
                guard.interrupt();
            }
        }
    }

    /** A server that sends byte after byte has no timeout of reads. */
    private static void closeAfter(Socket socket, Duration timeout) {
        try {
            Thread.sleep(timeout);
            socket.close();
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt(); // done before
        }
    }

    private static int millisTo(long deadline) {
        return (int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
    }

    private InetAddress address(String host) throws IOException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        for (InetAddress address : InetAddress.getAllByName(name)) {
            if (reachable.test(address)) {
                return address;
            }
        }
        throw new IOException(host + " is this machine, or on its link");
    }

    private Socket secured(Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) roots.sockets().createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.2", "TLSv1.3"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String request(URI uri, String host) {
        String path = text(uri.getRawPath());
        String query = uri.getRawQuery();
        return "GET "
                + (path.isEmpty() ? "/" : path)
                + (query == null ? "" : "?" + query)
                + " HTTP/1.1\r\nHost: "
                + host
                + (uri.getPort() >= 0 ? ":" + uri.getPort() : "")
                + "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
                + "User-Agent: fairlead-pilot\r\nConnection: close\r\n\r\n";
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }
}
