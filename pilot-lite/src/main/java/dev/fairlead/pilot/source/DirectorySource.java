package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.pilot.keys.Fetch;
import dev.fairlead.pilot.keys.HttpFetch;
import dev.fairlead.pilot.keys.KeyBook;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.status.StatusStore;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's state as its directory tells it. After each batch, or report of an agent, it builds
 * a state, has it published, and writes the objects' status.
 *
 * <p>Owner: one virtual thread.
 */
public final class DirectorySource implements ClusterSource {

    private static final Logger log = LoggerFactory.getLogger(DirectorySource.class);
    private static final Duration DEBOUNCE =
            Duration.ofMillis(5); // changes come in twos and threes
    private static final Duration QUIET = Duration.ofSeconds(1); // an empty cluster is one, too

    private final DirectoryWatch applied;
    private final DirectoryWatch observed;
    private final StatusStore store;
    private final CaptureBook captures;
    private final KeyBook keys;
    private final StateBuilder builder;
    private final PilotMetrics metrics;
    private final ToLongFunction<ClusterState> publish;
    private final Semaphore changes = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("source").unstarted(this::run);
    private Set<ObjectKey> reported = new HashSet<>();

    /** {@code publish} compiles and serves a state, and returns its generation. */
    public DirectorySource(
            Path clusterDirectory,
            StatusStore store,
            PilotMetrics metrics,
            ToLongFunction<ClusterState> publish)
            throws IOException {
        this(clusterDirectory, store, metrics, publish, new HttpFetch(null));
    }

    /**
     * @param fetch how issuers' keys are got
     */
    public DirectorySource(
            Path clusterDirectory,
            StatusStore store,
            PilotMetrics metrics,
            ToLongFunction<ClusterState> publish,
            Fetch fetch)
            throws IOException {
        this.store = store;
        this.metrics = metrics;
        this.publish = publish;
        this.captures = new CaptureBook(store, changes::release);
        this.keys = new KeyBook(fetch, changes::release);
        this.builder = new StateBuilder(store.initial(), captures, keys::of);
        this.applied = new DirectoryWatch(clusterDirectory.resolve("applied"), changes::release);
        this.observed = new DirectoryWatch(clusterDirectory.resolve("observed"), changes::release);
        for (ObjectKey key : store.initial().keySet()) {
            if (!key.group().equals(StatusKeys.GROUP)) {
                reported.add(key);
            }
        }
    }

    @Override
    public CaptureBook captures() {
        return captures;
    }

    @Override
    public void start() {
        applied.start();
        observed.start();
        keys.start();
        thread.start();
    }

    private void run() {
        boolean synced = false;
        try {
            while (true) {
                boolean changed = changes.tryAcquire(QUIET.toMillis(), TimeUnit.MILLISECONDS);
                if (changed) {
                    Thread.sleep(DEBOUNCE);
                    changes.drainPermits();
                }
                if (synced ? changed : complete(!changed)) {
                    publish();
                    synced = true;
                }
            }
        } catch (InterruptedException e) {
            log.debug("source ends");
        }
    }

    /** Whether all there is has been read: both parts have a batch, or nothing moves any more. */
    private boolean complete(boolean quiet) {
        var objects = applied.latest();
        var facts = observed.latest();
        return objects != null
                && facts != null
                && (quiet || (objects.revision() > 0 && facts.revision() > 0));
    }

    private void publish() {
        var objects = applied.latest();
        var facts = observed.latest();
        if (objects == null || facts == null) {
            return;
        }
        try {
            StateBuilder.Built built = builder.build(DirectoryReader.read(objects, facts));
            metrics.rejectedObjects.set(built.refused());
            long generation = publish.applyAsLong(built.state());
            writeStatus(built, generation);
        } catch (RuntimeException e) {
            log.error(
                    "state not compiled, the last one stays in force applied={} observed={}",
                    objects.revision(),
                    facts.revision(),
                    e);
        }
    }

    private void writeStatus(StateBuilder.Built built, long generation) {
        Map<ObjectKey, Optional<JsonNode>> batch = new LinkedHashMap<>();
        for (ObjectKey key : reported) {
            if (!built.statuses().containsKey(key)) {
                batch.put(key, Optional.empty());
            }
        }
        built.statuses().forEach((key, status) -> batch.put(key, Optional.of(status)));
        batch.put( // last: who sees it finds the objects' status in place
                StatusKeys.PILOT,
                Optional.of(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("appliedRevision", built.state().appliedRevision())
                                .put("observedRevision", built.state().observedRevision())
                                .put("generation", generation)));
        store.put(batch);
        reported = new HashSet<>(built.statuses().keySet());
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        keys.close();
        applied.close();
        observed.close();
    }
}
