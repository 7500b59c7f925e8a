package dev.fairlead.agent;

import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.tokens.WatchedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code ca-crl.pem}, which ca keeps beside the mesh's roots: what it revokes is refused in
 * handshakes and ends where it is open. No such file: nothing is revoked. A version that cannot be
 * read, or a file that cannot be reached, leaves the last good one in force.
 *
 * <p>Owner: a virtual thread, after the first look.
 */
final class RevocationWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationWatch.class);
    private static final String FILE = "ca-crl.pem"; // as Istio's
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Path file;
    private final WatchedFile<Revocations> content;
    private final TlsContexts tls;
    private final Runnable reconsider;
    private final InstantSource clock;
    private final Thread thread = Thread.ofVirtual().name("revocations").unstarted(this::follow);
    private Revocations current = Revocations.NONE;
    private @Nullable Instant toldOver;
    private String complaint = "";

    /**
     * @param roots the file of the mesh's roots
     * @param reconsider called after each change, when handshakes obey it
     */
    RevocationWatch(Path roots, TlsContexts tls, Runnable reconsider, InstantSource clock) {
        this.file = roots.resolveSibling(FILE);
        this.content = new WatchedFile<>(file, Revocations::parse);
        this.tls = tls;
        this.reconsider = reconsider;
        this.clock = clock;
    }

    void start() {
        look();
        thread.start();
    }

    private void follow() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException e) {
            LOG.debug("revocation watch stops");
        }
    }

    void look() {
        try {
            // not exists(): of a file that cannot be reached that is false, too
            Revocations now = Files.notExists(file) ? Revocations.NONE : content.get();
            complaint = "";
            if (!now.equals(current)) {
                current = now;
                int ended = tls.revoke(now);
                reconsider.run();
                LOG.info(
                        "revocation lists changed revoked={} connections_ended={}",
                        now.count(),
                        ended);
            }
        } catch (IOException e) {
            if (!complaint.equals(e.getMessage())) {
                complaint = String.valueOf(e.getMessage());
                LOG.warn("revocation lists not read reason=\"{}\"", complaint);
            }
        }
        tellOver();
    }

    private void tellOver() {
        Instant next = current.nextUpdate();
        if (next != null && !next.equals(toldOver) && clock.instant().isAfter(next)) {
            toldOver = next;
            LOG.warn("a revocation list is over and goes on to hold next_update={}", next);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
