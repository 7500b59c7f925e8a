package dev.fairlead.pilot.admission;

import dev.fairlead.kubernetes.Leadership;
import dev.fairlead.pilot.admission.certificate.WebhookCertificates;
import dev.fairlead.wire.tokens.LiveKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The webhook of one replica: listens as soon as there is a certificate to serve with. */
public final class Webhook implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Webhook.class);

    private final WebhookCertificates certificates;
    private final CompletableFuture<WebhookServer> server;

    public Webhook(
            InetSocketAddress listen,
            KubernetesClient client,
            String namespace,
            Leadership leadership,
            LatestState state,
            AdmissionCounts counts) {
        certificates = new WebhookCertificates(client, namespace, leadership, Clock.systemUTC());
        server =
                certificates
                        .key()
                        .thenApply(key -> listen(listen, key, new Gate(namespace), state, counts));
        server.exceptionally(e -> {
            log.error("the webhook does not listen address={}", listen, e);
            return null;
        });
        certificates.start();
    }

    private static WebhookServer listen(
            InetSocketAddress listen,
            LiveKey key,
            Gate gate,
            LatestState state,
            AdmissionCounts counts) {
        try {
            var server = new WebhookServer(listen, key, gate, state, counts);
            log.info("listening webhook={}", server.port());
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it listens, with a certificate. */
    public boolean ready() {
        return server.isDone() && !server.isCompletedExceptionally();
    }

    @Override
    public void close() {
        certificates.close();
        if (ready()) {
            server.join().close();
        }
    }
}
