package dev.fairlead.pilot.admission;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.fairlead.pilot.admission.AdmissionReviews.BadReview;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.wire.tokens.LiveKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code POST /validate} over HTTPS. Each request has a virtual thread; what comes in over
 * the bounds is turned away. How long a request may take to arrive is set for the JVM ({@code
 * sun.net.httpserver.maxReqTime}).
 */
final class WebhookServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WebhookServer.class);
    private static final String PATH = "/validate";
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    static final int MAX_BODY_BYTES = 3 << 20; // an object of etcd's 1.5 MiB, old and new
    private static final int AT_ONCE = 64;
    private static final int BACKLOG = 128;
    private static final int TURN_SECONDS = 2;
    private static final Duration MOMENT = Duration.ofMillis(250); // a change is served in less
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int BAD_METHOD = 405;
    private static final int TOO_LARGE = 413;
    private static final int FAULT = 500;
    private static final int UNAVAILABLE = 503;

    private final Gate gate;
    private final LatestState state;
    private final AdmissionCounts counts;
    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final HttpsServer server;

    /** Starts to listen. */
    WebhookServer(
            InetSocketAddress listen,
            LiveKey key,
            Gate gate,
            LatestState state,
            AdmissionCounts counts)
            throws IOException {
        this.gate = gate;
        this.state = state;
        this.counts = counts;
        server = HttpsServer.create(listen, BACKLOG);
        server.setHttpsConfigurator(new Modern(context(key)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    private static SSLContext context(LiveKey key) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {key}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS context", e);
        }
    }

    private static final class Modern extends HttpsConfigurator {
        Modern(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
            ssl.setProtocols(PROTOCOLS);
            parameters.setSSLParameters(ssl);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private record Reply(int status, String body) {}

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = reply(exchange);
            exchange.getResponseHeaders()
                    .set("Content-Type", reply.status == OK ? "application/json" : "text/plain");
            byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            return new Reply(NOT_FOUND, "only " + PATH + " is here\n");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return new Reply(BAD_METHOD, "POST expected\n");
        }
        if (!turn()) {
            return new Reply(UNAVAILABLE, "too many requests at once\n");
        }
        try {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
            return body.length > MAX_BODY_BYTES
                    ? new Reply(TOO_LARGE, "more than " + MAX_BODY_BYTES + " bytes\n")
                    : judge(body);
        } finally {
            turns.release();
        }
    }

    private boolean turn() {
        try {
            return turns.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Reply judge(byte[] body) {
        ClusterState now = state.get();
        if (now == null) {
            return new Reply(UNAVAILABLE, "the cluster has not been read yet\n");
        }
        try {
            AdmissionRequest request = AdmissionReviews.read(body);
            Decision decision = gate.check(request, now);
            if (!decision.warnings().isEmpty()) {
                // what it refers to may just have been applied, a moment before it
                ClusterState next = state.after(now, MOMENT);
                decision = next == null ? decision : gate.check(request, next);
            }
            counts.count(decision);
            if (!decision.allowed()) {
                log.info("denied object=\"{}\"", request.key().display());
            }
            return new Reply(OK, AdmissionReviews.write(request.uid(), decision));
        } catch (BadReview e) {
            return new Reply(BAD_REQUEST, e.getMessage() + "\n");
        } catch (RuntimeException | StackOverflowError e) {
            log.error("review not answered", e);
            return new Reply(FAULT, "fault: " + e.getClass().getSimpleName() + "\n");
        }
    }

    @Override
    public void close() {
        server.stop(1);
    }
}
