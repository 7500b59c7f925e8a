package dev.fairlead.ca;

import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import dev.fairlead.wire.tokens.LiveKey;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.tokens.TokenAuthInterceptor;
import io.grpc.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ca process: builds its parts, writes the public bundle, serves until it is told to stop. One
 * virtual thread follows the cluster directory and renews the serving certificate.
 */
public final class CertificateAuthority implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CertificateAuthority.class);

    private static final ObjectKey MESH = new ObjectKey("", "ConfigMap", "fairlead-system", "mesh");
    private static final Duration SERVING_LIFETIME = Duration.ofHours(24);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final double BURST = 250; // a node's pods at once, twice over
    private static final double PER_SECOND = 20;
    private static final int MAX_REQUEST_BYTES = 64 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 128;

    private final CaConfig config;
    private final Clock clock;
    private final ObjectDirectory observed;
    private final ObjectDirectory applied;
    private final PodIndex pods;
    private final Lifetimes lifetimes;
    private final Authority authority;
    private final Leaves leaves;
    private final CertificateService service;
    private final TokenAuthInterceptor tokens;
    private final LiveKey servingKey;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final Thread follower;
    private Instant renewAt;

    private CertificateAuthority(CaConfig config, Clock clock) throws IOException {
        this.config = config;
        this.clock = clock;
        authority = new CaFiles(config.caDir(), clock).loadOrCreate(config.trustDomain());
        leaves = new Leaves(authority, new SecureRandom());
        lifetimes = new Lifetimes(config.lifetime());
        observed = new ObjectDirectory(config.clusterDir().resolve("observed"));
        applied = new ObjectDirectory(config.clusterDir().resolve("applied"));
        pods = new PodIndex(observed);
        pods.refresh();
        service =
                new CertificateService(
                        authority,
                        leaves,
                        new Authorizer(pods, config.trustDomain()),
                        new RateLimit(BURST, PER_SECOND, System::nanoTime),
                        lifetimes,
                        clock);
        tokens = new TokenAuthInterceptor(new NodeTokens(config.nodeTokens()));
        Serving first = newServingKey();
        servingKey = new LiveKey(first.key.privateKey(), first.chain);
        renewAt = clock.instant().plus(SERVING_LIFETIME.dividedBy(2));
        writeBundle(config.rootCertFile());
        server =
                SpiffeTls.server(config.listen(), servingKey)
                        .executor(executor)
                        .intercept(tokens)
                        .maxInboundMessageSize(MAX_REQUEST_BYTES)
                        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                        .addService(service)
                        .build()
                        .start();
        follower = Thread.ofVirtual().name("cluster-follower").start(this::follow);
    }

    /** Starts serving. IOException and IllegalArgumentException say in one line why it cannot. */
    public static CertificateAuthority start(CaConfig config, Clock clock) throws IOException {
        return new CertificateAuthority(config, clock);
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Requests that were refused as not allowed, and calls without a known token. */
    public long refused() {
        return service.refused() + tokens.refused();
    }

    private record Serving(SvidKey key, List<X509Certificate> chain) {}

    private Serving newServingKey() {
        SvidKey key = SvidKey.generate();
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(
                leaves.issue(
                        SpiffeId.ca(config.trustDomain()),
                        key.publicKey(),
                        clock.instant(),
                        SERVING_LIFETIME));
        chain.addAll(authority.intermediates());
        return new Serving(key, chain);
    }

    private void writeBundle(Path file) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.write(temporary, Pem.write(authority.roots()).getBytes(StandardCharsets.US_ASCII));
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void follow() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                lifetimes.meshSettings(applied.get(MESH));
                pods.follow();
                if (clock.instant().isAfter(renewAt)) {
                    Serving next = newServingKey();
                    servingKey.swap(next.key.privateKey(), next.chain);
                    renewAt = clock.instant().plus(SERVING_LIFETIME.dividedBy(2));
                    log.info("serving certificate renewed");
                }
                observed.awaitChange(LOOK);
            } catch (IOException | RuntimeException e) {
                log.warn("cluster directory reason=\"{}\"", e.getMessage());
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(LOOK);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void close() {
        follower.interrupt();
        server.shutdown();
        try {
            if (!server.awaitTermination(5, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
            observed.close();
            applied.close();
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
            log.info(
                    "listening address={} trust_domain={} signer=\"{}\" not_after={}",
                    config.listen(),
                    config.trustDomain(),
                    ca.authority.certificate().getSubjectX500Principal(),
                    ca.authority.certificate().getNotAfter().toInstant());
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
