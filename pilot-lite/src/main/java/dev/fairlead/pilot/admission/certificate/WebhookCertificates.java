package dev.fairlead.pilot.admission.certificate;

import dev.fairlead.kubernetes.Leadership;
import dev.fairlead.pilot.admission.certificate.WebhookObjects.Stored;
import dev.fairlead.wire.tokens.LiveKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the webhook's certificate in order: every replica serves what the Secret holds, the leader
 * makes it, renews it, and repairs the configuration's caBundle. Both are looked at every few
 * seconds, so that what anybody changes does not stay so.
 *
 * <p>Owner: one virtual thread.
 */
public final class WebhookCertificates implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WebhookCertificates.class);
    private static final Duration LOOK = Duration.ofSeconds(3);
    private static final Duration FIRST_LOOK = Duration.ofMillis(300); // nothing to serve with yet
    private static final int MAX_STEPS = 8; // a begin takes two
    private static final String CONFIGURATION = "fairlead";
    private static final String SERVICE = "fairlead-pilot";

    private final WebhookObjects objects;
    private final Leadership leadership;
    private final Clock clock;
    private final Mint mint;
    private final CompletableFuture<LiveKey> key = new CompletableFuture<>();
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread =
            Thread.ofVirtual().name("webhook-certificate").unstarted(this::run);
    private @Nullable Material served;
    private String complaint = "";

    public WebhookCertificates(
            KubernetesClient client, String namespace, Leadership leadership, Clock clock) {
        this(new WebhookObjects(client, namespace, CONFIGURATION), namespace, leadership, clock);
    }

    WebhookCertificates(
            WebhookObjects objects, String namespace, Leadership leadership, Clock clock) {
        this.objects = objects;
        this.leadership = leadership;
        this.clock = clock;
        String name = SERVICE + "." + namespace + ".svc";
        mint = new Mint(List.of(name, name + ".cluster.local"), new SecureRandom());
        leadership.onChange(leads -> wake.release());
    }

    public void start() {
        thread.start();
    }

    /** The key to serve with, once there is one; swapped as it is renewed. */
    public CompletableFuture<LiveKey> key() {
        return key;
    }

    private void run() {
        try {
            while (true) {
                try {
                    look();
                    complaint = "";
                } catch (KubernetesClientException e) {
                    complain(e);
                }
                Duration pause = key.isDone() ? LOOK : FIRST_LOOK;
                if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            log.debug("webhook certificates end");
        }
    }

    private void complain(KubernetesClientException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.warn("webhook certificate not looked after reason=\"{}\"", reason);
        }
    }

    /** The leader's steps, then what there is to be served. */
    void look() {
        Stored stored = objects.stored();
        for (int i = 0; i < MAX_STEPS && leadership.leads(); i++) {
            if (!step(stored)) {
                break;
            }
            stored = objects.stored();
        }
        if (stored.material() != null) {
            serve(stored.material());
        }
    }

    /** Whether there may be more to do. */
    private boolean step(Stored stored) {
        Instant now = clock.instant();
        Material old = stored.material();
        var configuration = objects.configuration();
        Step step = Step.next(old, WebhookObjects.bundles(configuration), now);
        if (step == Step.NOTHING) {
            return false;
        }
        log.info("webhook certificate step={}", step);
        if (old == null || step == Step.BEGIN) {
            // somebody deleted the Secret: what replicas serve and the API server trusts goes on
            Material lost = old == null ? served : null;
            objects.store(stored, lost == null ? mint.begin(now) : lost);
            return true;
        }
        switch (step) {
            case TRUST -> {
                if (configuration != null) {
                    objects.trust(configuration, old.bundle());
                }
            }
            case NEW_AUTHORITY -> objects.store(stored, mint.newAuthority(old, now));
            case NEW_LEAF -> objects.store(stored, mint.newLeaf(old, now));
            case DROP_OLDER ->
                    objects.store(
                            stored,
                            new Material(
                                    List.of(old.authority()),
                                    old.authorityKey(),
                                    old.leaf(),
                                    old.leafKey()));
            case BEGIN, NOTHING -> {}
        }
        return true;
    }

    private void serve(Material material) {
        if (served != null && served.leaf().equals(material.leaf())) {
            return;
        }
        if (served == null) {
            key.complete(new LiveKey(material.leafKey(), List.of(material.leaf())));
        } else {
            key.join().swap(material.leafKey(), List.of(material.leaf()));
        }
        served = material;
        log.info(
                "webhook certificate in use not_after={}",
                material.leaf().getNotAfter().toInstant());
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
