package dev.fairlead.kubernetes.watch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the API server answers: said once when it stops, and once when it is back, however many
 * collections are followed.
 *
 * <p>Thread: any; guarded by this.
 */
public final class ServerState {

    private static final Logger log = LoggerFactory.getLogger(ServerState.class);

    private final Clock clock;
    private final Set<Collection> failing = new HashSet<>();
    private @Nullable Instant since;

    public ServerState(Clock clock) {
        this.clock = clock;
    }

    synchronized void failed(Collection collection, String reason) {
        if (failing.add(collection) && since == null) {
            since = clock.instant();
            log.warn(
                    "API server does not answer, the last state stays collection={} reason=\"{}\"",
                    collection.display(),
                    reason);
        } else {
            log.debug("not followed collection={} reason=\"{}\"", collection.display(), reason);
        }
    }

    synchronized void worked(Collection collection) {
        Instant began = since;
        if (failing.remove(collection) && failing.isEmpty() && began != null) {
            log.info("API server answers again seconds={}", age(began).toSeconds());
            since = null;
        }
    }

    synchronized void forget(Collection collection) {
        worked(collection);
    }

    /** How long some collection could not be followed; zero when all are. */
    public synchronized Duration failingFor() {
        Instant began = since;
        return began == null ? Duration.ZERO : age(began);
    }

    private Duration age(Instant began) {
        return Duration.between(began, clock.instant());
    }
}
