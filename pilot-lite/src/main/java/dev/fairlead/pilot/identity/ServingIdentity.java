package dev.fairlead.pilot.identity;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.tokens.LiveKey;
import dev.fairlead.wire.tokens.MeshTrust;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that pilot-lite serves with. The first is waited for; each is renewed at half its
 * life, or when it is taken back, and where ca is away the old one serves on.
 *
 * <p>Owner: one virtual thread, after {@link #obtain}.
 */
public final class ServingIdentity implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServingIdentity.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final CertificateClient client;
    private final Runnable reconnect;
    private final SpiffeId id;
    private final MeshTrust trust;
    private final Clock clock;
    private final LiveKey key;
    private final Thread renewal;
    private CertificateClient.Issued issued;

    private ServingIdentity(
            CertificateClient client,
            Runnable reconnect,
            SpiffeId id,
            MeshTrust trust,
            Clock clock,
            CertificateClient.Issued first) {
        this.client = client;
        this.reconnect = reconnect;
        this.id = id;
        this.trust = trust;
        this.clock = clock;
        this.issued = first;
        this.key = new LiveKey(first.key(), first.chain());
        this.renewal = Thread.ofVirtual().name("renewal").unstarted(this::renew);
    }

    /**
     * Waits for ca to issue the first certificate, however long that takes. {@code reconnect} is
     * called before each request, so that the pace is set here and not by the channel's back-off.
     *
     * @param trust says when what ca issued is taken back
     */
    public static ServingIdentity obtain(
            CertificateClient client, Runnable reconnect, SpiffeId id, MeshTrust trust, Clock clock)
            throws InterruptedException {
        var first = request(client, reconnect, id);
        var identity = new ServingIdentity(client, reconnect, id, trust, clock, first);
        identity.renewal.start();
        return identity;
    }

    /** What a TLS server takes its key from. */
    public LiveKey key() {
        return key;
    }

    private static CertificateClient.Issued request(
            CertificateClient client, Runnable reconnect, SpiffeId id) throws InterruptedException {
        Duration retry = FIRST_RETRY;
        while (true) {
            reconnect.run();
            switch (client.request(id, Duration.ZERO)) {
                case CertificateClient.Issued answer -> {
                    log.info(
                            "certificate issued id={} expires={}",
                            id,
                            answer.leaf().getNotAfter().toInstant());
                    return answer;
                }
                case CertificateClient.Retry(String reason) ->
                        log.info("waiting for ca reason=\"{}\"", reason);
                case CertificateClient.Denied(String reason) ->
                        log.warn("ca refuses, trying again reason=\"{}\"", reason);
            }
            Thread.sleep(retry);
            retry = retry.multipliedBy(2);
            if (retry.compareTo(LAST_RETRY) > 0) {
                retry = LAST_RETRY;
            }
        }
    }

    private void renew() {
        try {
            while (true) {
                waitUntilDue();
                issued = request(client, reconnect, id);
                key.swap(issued.key(), issued.chain());
            }
        } catch (InterruptedException e) {
            log.debug("renewal ends");
        }
    }

    private void waitUntilDue() throws InterruptedException {
        Duration left = untilHalfLife();
        while (left.compareTo(LOOK) > 0) {
            Thread.sleep(LOOK);
            if (trust.takenBack(issued.chain()) != null) {
                return;
            }
            left = untilHalfLife();
        }
        Thread.sleep(left);
    }

    private Duration untilHalfLife() {
        Instant from = issued.leaf().getNotBefore().toInstant();
        Instant to = issued.leaf().getNotAfter().toInstant();
        Instant half = from.plus(Duration.between(from, to).dividedBy(2));
        Duration left = Duration.between(clock.instant(), half);
        return left.isNegative() ? Duration.ofSeconds(1) : left;
    }

    @Override
    public void close() {
        renewal.interrupt();
    }
}
