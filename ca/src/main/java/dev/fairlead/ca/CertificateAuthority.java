package dev.fairlead.ca;

import dev.fairlead.wire.http.MetricsServer;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.tokens.TokenAuthInterceptor;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ca process: builds its parts and serves until it is told to stop. One virtual thread follows
 * the cluster and renews the serving certificate.
 */
public final class CertificateAuthority implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CertificateAuthority.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int STOP_SECONDS = 5;
    private static final double BURST = 250; // a node's pods at once, twice over
    private static final double PER_SECOND = 20;
    private static final int MAX_REQUEST_BYTES = 64 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 128;

    private final CaMetrics metrics = new CaMetrics();
    private final Backing backing;
    private final ServingCertificate serving;
    private final CertificateService service;
    private final TokenAuthInterceptor callers;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final MetricsServer metricsServer;
    private final Thread follower = Thread.ofVirtual().name("follower").unstarted(this::follow);

    private CertificateAuthority(CaConfig config, Clock clock) throws IOException {
        var lifetimes = new Lifetimes(config.lifetime());
        backing =
                switch (config.home()) {
                    case CaConfig.Directory home ->
                            new DirectoryBacking(home, config.trustDomain(), lifetimes, clock);
                    case CaConfig.Kubernetes home ->
                            KubernetesBacking.open(home, config.trustDomain(), lifetimes, clock);
                };
        Trust trust = backing.trust();
        metrics.signerEnds(() ->
                trust.present()
                        .authority()
                        .certificate()
                        .getNotAfter()
                        .toInstant()
                        .getEpochSecond());
        serving = new ServingCertificate(trust, config.trustDomain(), clock, backing::revoked);
        callers = new TokenAuthInterceptor(backing.callers());
        service =
                new CertificateService(
                        trust,
                        new Authorizer(backing.pods(), config.trustDomain()),
                        new RateLimit(BURST, PER_SECOND, System::nanoTime),
                        lifetimes,
                        metrics,
                        clock);
        server =
                SpiffeTls.server(config.listen(), serving.key())
                        .executor(executor)
                        .intercept(callers)
                        .maxInboundMessageSize(MAX_REQUEST_BYTES)
                        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                        .addService(service)
                        .build();
        metricsServer = new MetricsServer(config.metricsListen(), metrics::text, backing::ready);
    }

    /** Starts serving. IOException and IllegalArgumentException say in one line why it cannot. */
    public static CertificateAuthority start(CaConfig config, Clock clock) throws IOException {
        var ca = new CertificateAuthority(config, clock);
        ca.server.start();
        ca.follower.start();
        return ca;
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** The port of /metrics and /ready. */
    public int metricsPort() {
        return metricsServer.port();
    }

    /** Requests that were refused as not allowed, and calls without a known token. */
    public long refused() {
        return service.refused() + callers.refused();
    }

    private void follow() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    serving.renewIfDue();
                    backing.follow();
                } catch (IOException | RuntimeException e) {
                    log.warn("cluster not read reason=\"{}\"", e.getMessage());
                    Thread.sleep(PAUSE);
                }
            }
        } catch (InterruptedException e) {
            log.debug("follower ends");
        }
    }

    @Override
    public void close() {
        follower.interrupt();
        metricsServer.close();
        server.shutdown();
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
            backing.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.warn("stopping reason=\"{}\"", e.getMessage());
        }
        executor.shutdown();
    }

    public static void main(String[] args) throws InterruptedException {
        CertificateAuthority ca;
        try {
            CaConfig config = CaConfig.fromEnv(System.getenv());
            ca = start(config, Clock.systemUTC());
            Authority authority = ca.backing.trust().present().authority();
            log.info(
                    "listening address={} metrics={} trust_domain={} signer=\"{}\" not_after={}",
                    config.listen(),
                    ca.metricsPort(),
                    config.trustDomain(),
                    authority.certificate().getSubjectX500Principal(),
                    authority.certificate().getNotAfter().toInstant());
        } catch (FileSystemException e) {
            System.err.println("ca: " + e.getClass().getSimpleName() + " " + e.getMessage());
            System.exit(1);
            return;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("ca: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(ca::close, "stop"));
        ca.server.awaitTermination();
    }
}
