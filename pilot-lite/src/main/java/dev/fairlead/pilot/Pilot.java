package dev.fairlead.pilot;

import dev.fairlead.pilot.admission.LatestState;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.serve.AdsService;
import dev.fairlead.pilot.serve.AgentReportsService;
import dev.fairlead.pilot.serve.Agents;
import dev.fairlead.pilot.source.ClusterSource;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.StatusStore;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Source, compiler and server, joined. How the server is reached and how callers prove who they are
 * is given from outside.
 */
public final class Pilot implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Pilot.class);
    private static final int STOP_SECONDS = 2;

    private final PilotMetrics metrics = new PilotMetrics();

    /** Never shut down: streams still end while the server does, and it holds nothing. */
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();

    private final StatusStore store;
    private final Agents agents;
    private final ClusterSource source;
    private final Server server;
    private final MeshCompiler compiler = new MeshCompiler(); // of the source's thread
    private @Nullable Snapshot snapshot; // too
    private long generation; // too
    private final LatestState latest = new LatestState();

    private Pilot(Backing backing, ServerBuilder<?> builder, ServerInterceptor authentication)
            throws IOException {
        Backing.Opened opened = backing.open(metrics, this::publish);
        store = opened.store();
        source = opened.source();
        agents = new Agents(store, metrics);
        server =
                builder.executor(executor)
                        .intercept(authentication)
                        .addService(new AdsService(agents, executor))
                        .addService(new AgentReportsService(source.captures(), store, agents))
                        .build();
    }

    /** Starts serving; what is served follows when the cluster has been read. */
    public static Pilot start(
            Backing backing, ServerBuilder<?> builder, ServerInterceptor authentication)
            throws IOException {
        var pilot = new Pilot(backing, builder, authentication);
        pilot.server.start();
        pilot.source.start();
        return pilot;
    }

    private long publish(ClusterState state) {
        try (var _ = metrics.compileSeconds.startTimer()) {
            long next = ++generation;
            var revisions =
                    new Snapshot.Revisions(
                            next,
                            state.appliedRevision(),
                            state.observedRevision(),
                            state.captureRevision());
            var now = new Snapshot(revisions, compiler.next(state), snapshot);
            now.prepare();
            agents.publish(now);
            snapshot = now;
            metrics.generation.set((double) next);
            if (latest.get() == null) {
                log.info(
                        "ready applied={} observed={} services={} pods={}",
                        state.appliedRevision(),
                        state.observedRevision(),
                        state.services().size(),
                        state.pods().size());
            }
            latest.set(state);
            log.debug("published {}", revisions);
            return next;
        }
    }

    public PilotMetrics metrics() {
        return metrics;
    }

    /** What was published last. */
    public LatestState latest() {
        return latest;
    }

    /** Whether the cluster has been read, so that there is something to serve. */
    public boolean ready() {
        return latest.get() != null;
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() throws IOException {
        source.close();
        server.shutdownNow(); // streams have no end to wait for; clients come back
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.warn("calls still open seconds={}", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }
}
