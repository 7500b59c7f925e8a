package dev.fairlead.pilot.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.kubernetes.watch.ServerState;
import dev.fairlead.pilot.keys.Fetch;
import dev.fairlead.pilot.keys.KeyBook;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.source.CaptureBook;
import dev.fairlead.pilot.source.ClusterSource;
import dev.fairlead.pilot.source.Inventory;
import dev.fairlead.pilot.source.StateBuilder;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.StatusStore;
import dev.fairlead.pilot.status.kubernetes.KubernetesStatusStore;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's state as the API server tells it. Nothing is published before everything has been
 * read; after that a burst of changes makes one state.
 *
 * <p>Owner: one virtual thread; reflectors have theirs.
 */
public final class KubernetesSource implements ClusterSource {

    private static final Logger log = LoggerFactory.getLogger(KubernetesSource.class);

    private final StatusStore store;
    private final PilotMetrics metrics;
    private final ToLongFunction<ClusterState> publish;
    private final Burst burst = new Burst();
    private final Collections collections;
    private final CaptureBook captures;
    private final KeyBook keys;
    private final StateBuilder builder;
    private final Thread thread = Thread.ofVirtual().name("source").unstarted(this::run);
    private Set<ObjectKey> reported = new HashSet<>();

    /**
     * @param publish compiles and serves a state, and returns its generation
     * @param fetch how issuers' keys are got
     */
    public KubernetesSource(
            KubernetesClient client,
            ServerState server,
            InstalledKinds installed,
            KubernetesStatusStore store,
            PilotMetrics metrics,
            ToLongFunction<ClusterState> publish,
            Fetch fetch) {
        this.store = store;
        this.metrics = metrics;
        this.publish = publish;
        this.captures = new CaptureBook(store, burst::changed);
        this.keys = new KeyBook(fetch, burst::changed);
        this.builder = new StateBuilder(Map.of(), captures, keys::of);
        this.collections =
                new Collections(client, server, installed, store.observed(), metrics, burst);
    }

    @Override
    public CaptureBook captures() {
        return captures;
    }

    @Override
    public void start() {
        log.info("reading the cluster source=kubernetes");
        collections.start();
        keys.start();
        thread.start();
    }

    private void run() {
        try {
            boolean synced = false;
            while (true) {
                burst.await();
                synced = synced || collections.synced();
                if (synced) {
                    publish();
                }
            }
        } catch (InterruptedException e) {
            log.debug("source ends");
        }
    }

    private void publish() {
        long began = burst.taken();
        try {
            Inventory inventory = collections.inventory();
            captures.observed(collections.reports());
            StateBuilder.Built built = builder.build(inventory);
            metrics.rejectedObjects.set(built.refused());
            long generation = publish.applyAsLong(built.state());
            writeStatus(built);
            log.debug("served generation={}", generation);
            metrics.sourceLag.observe((System.nanoTime() - began) / 1e9);
        } catch (RuntimeException e) {
            log.error("state not compiled, the last one stays in force", e);
        }
    }

    private void writeStatus(StateBuilder.Built built) {
        Map<ObjectKey, Optional<JsonNode>> batch = new LinkedHashMap<>();
        for (ObjectKey key : reported) {
            if (!built.statuses().containsKey(key)) {
                batch.put(key, Optional.empty());
            }
        }
        built.statuses().forEach((key, status) -> batch.put(key, Optional.of(status)));
        store.put(batch);
        reported = new HashSet<>(built.statuses().keySet());
    }

    @Override
    public void close() {
        thread.interrupt();
        keys.close();
        collections.close();
    }
}
