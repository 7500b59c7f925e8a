package dev.fairlead.pilot;

import dev.fairlead.pilot.PilotConfig.Cluster;
import dev.fairlead.pilot.admission.Webhook;
import dev.fairlead.pilot.identity.ServingIdentity;
import dev.fairlead.pilot.keys.Fetch;
import dev.fairlead.pilot.keys.HttpFetch;
import dev.fairlead.wire.http.MetricsServer;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.tokens.Authenticator;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.MeshTrust;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.tokens.TokenAuthInterceptor;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: certificate, server, metrics; until it is told to stop. */
public final class PilotLite {

    private static final Logger log = LoggerFactory.getLogger(PilotLite.class);

    private PilotLite() {}

    public static void main(String[] args) throws Exception {
        PilotConfig config;
        try {
            config = PilotConfig.fromEnv(System.getenv());
        } catch (IllegalArgumentException e) {
            log.error("bad configuration reason=\"{}\"", e.getMessage());
            System.exit(2);
            return;
        }
        try {
            run(config);
        } catch (IOException e) {
            log.error("cannot start reason=\"{}\"", e.toString());
            System.exit(1);
        }
    }

    private static void run(PilotConfig config) throws IOException, InterruptedException {
        Fetch fetch = new HttpFetch(config.jwksRoots());
        switch (config.cluster()) {
            case Cluster.Directory(Path root, Path tokens) ->
                    serve(
                            config,
                            Backing.directory(root, fetch),
                            new NodeTokens(tokens),
                            pilot -> null);
            case Cluster.Kubernetes kubernetes -> {
                try (var cluster = new KubernetesCluster(kubernetes, fetch)) {
                    serve(config, cluster, cluster.callers(), cluster::webhook);
                }
            }
        }
    }

    /** {@code admission} starts the webhook, where there is one. */
    private static void serve(
            PilotConfig config,
            Backing backing,
            Authenticator callers,
            Function<Pilot, @Nullable Webhook> admission)
            throws IOException, InterruptedException {
        ManagedChannel ca =
                SpiffeTls.channel(
                                config.ca(),
                                config.rootCertificate(),
                                SpiffeId.ca(config.trustDomain()))
                        .build();
        var certificates = new CertificateClient(ca, new BearerToken(config.tokenFile()));
        try (var identity =
                        ServingIdentity.obtain(
                                certificates,
                                ca::resetConnectBackoff,
                                SpiffeId.pilot(config.trustDomain()),
                                new MeshTrust(config.rootCertificate()),
                                Clock.systemUTC());
                var pilot =
                        Pilot.start(
                                backing,
                                SpiffeTls.server(config.listen(), identity.key()),
                                new TokenAuthInterceptor(callers));
                var webhook = admission.apply(pilot);
                var metrics =
                        new MetricsServer(
                                config.metricsListen(),
                                pilot.metrics()::text,
                                () -> pilot.ready() && (webhook == null || webhook.ready()))) {
            log.info("listening xds={} metrics={}", pilot.port(), metrics.port());
            awaitStop();
            log.info("stopping");
        } finally {
            ca.shutdownNow();
        }
    }

    /** Returns at SIGTERM; the JVM then waits for the main thread's orderly end. */
    private static void awaitStop() throws InterruptedException {
        var asked = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            asked.countDown();
                            try {
                                main.join(5_000);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }));
        asked.await();
    }
}
