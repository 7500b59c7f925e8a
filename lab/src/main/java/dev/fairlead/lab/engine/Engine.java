package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.mesh.Enrolment;
import dev.fairlead.lab.cluster.network.DnsZone;
import dev.fairlead.lab.cluster.network.Endpoints;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.view.ClusterView;
import dev.fairlead.lab.cluster.view.Observed;
import dev.fairlead.lab.cluster.workloads.Plan;
import dev.fairlead.lab.cluster.workloads.Workloads;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides. After each change of the applied objects or of a pod it computes
 * what is to be done, has it done, and publishes what is: the {@link Snapshot} that everyone else
 * reads.
 */
public final class Engine {

    private static final Logger log = LoggerFactory.getLogger(Engine.class);

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> Thread.ofPlatform().daemon().name("engine").unstarted(work));
    private final AtomicBoolean syncAsked = new AtomicBoolean();

    private final AppliedStore applied;
    private final ObservedStore observed;
    private final Workloads workloads;
    private final List<LabNode> nodes;
    private final ServiceRules rules = new ServiceRules();
    private final ContainerIndex index;
    private final SecretFiles secrets;
    private final Instant started;
    private volatile @Nullable Pods pods;

    private volatile Snapshot snapshot;

    /**
     * What is, after one round.
     *
     * @param settled nothing more is to be started or stopped
     * @param observedRevision the batch that says so
     */
    public record Snapshot(
            ClusterView view,
            DnsZone zone,
            List<Plan.Blocked> blocked,
            boolean settled,
            long observedRevision) {}

    Engine(
            AppliedStore applied,
            ObservedStore observed,
            Workloads workloads,
            List<LabNode> nodes,
            ContainerIndex index,
            SecretFiles secrets,
            Instant started) {
        this.applied = applied;
        this.observed = observed;
        this.workloads = workloads;
        this.nodes = List.copyOf(nodes);
        this.index = index;
        this.secrets = secrets;
        this.started = started;
        this.snapshot = view(applied.applied(), List.of(), List.of(), List.of(), true, 0);
    }

    /** Begins with {@code runtime}, and with what is on disk. */
    void begin(Pods runtime) throws InterruptedException, IOException {
        call(() -> {
            pods = runtime;
            sync();
            return true;
        });
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    /** Whether pods are in and out of the mesh as wanted. Any thread. */
    boolean enrolmentsSettled() {
        Pods runtime = pods;
        return runtime == null || runtime.enrolmentsSettled(snapshot.view().pods());
    }

    AppliedStore.Batch apply(List<ObjectNode> objects) throws InterruptedException, IOException {
        return call(() -> {
            AppliedStore.Batch batch = applied.apply(objects);
            sync();
            return batch;
        });
    }

    AppliedStore.Batch delete(List<ObjectNode> objects) throws InterruptedException, IOException {
        return call(() -> {
            AppliedStore.Batch batch = applied.delete(objects);
            sync();
            return batch;
        });
    }

    /** A pod changed: one round for all that changes until it begins. Any thread. */
    void changed() {
        if (!syncAsked.getAndSet(true)) {
            thread.execute(() -> {
                try {
                    sync();
                } catch (IOException | RuntimeException e) {
                    log.warn("round failed", e);
                }
            });
        }
    }

    private <T> T call(Callable<T> work) throws InterruptedException, IOException {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private void sync() throws IOException {
        syncAsked.set(false);
        Pods runtime = pods;
        if (runtime == null) {
            return;
        }
        Applied objects = applied.applied();
        secrets.project(objects);
        Plan plan = workloads.reconcile(objects, runtime.states(), nodes(objects));
        plan.create().forEach(launch -> runtime.create(launch, enrolment(launch, objects)));
        plan.update().forEach(runtime::update);
        plan.delete().forEach(runtime::delete);
        List<PodState> states = runtime.states();
        states.forEach(state -> runtime.want(state, enrolment(state.launch(), objects)));
        publish(objects, states, plan);
    }

    /** With the labels of the Node objects that were applied: places, for instance. */
    private List<LabNode> nodes(Applied objects) {
        return nodes.stream()
                .map(node ->
                        objects.core("Node", "", node.name())
                                .map(given -> node.labelled(Json.labels(given)))
                                .orElse(node))
                .toList();
    }

    private static Enrolment enrolment(PodLaunch launch, Applied objects) {
        return Enrolment.of(launch, objects.core("Namespace", "", launch.namespace()).orElse(null));
    }

    private void publish(Applied objects, List<PodState> states, Plan plan) throws IOException {
        List<ObjectNode> slices = Endpoints.slices(objects, states);
        List<ObjectNode> all = new ArrayList<>(slices);
        states.forEach(state -> all.add(Observed.pod(state)));
        nodes(objects).forEach(node -> all.add(Observed.node(node)));
        rules.apply(nodes, objects, slices);
        index.write(runners());
        long revision = observed.publish(all);
        // an update is done with this round, and nothing would begin another one after it
        boolean settled =
                plan.create().isEmpty()
                        && plan.delete().isEmpty()
                        && states.stream().noneMatch(PodState::terminating);
        snapshot = view(objects, states, slices, plan.blocked(), settled, revision);
    }

    private List<dev.fairlead.lab.pods.PodRunner> runners() {
        Pods runtime = pods;
        return runtime == null ? List.of() : runtime.runners();
    }

    private Snapshot view(
            Applied objects,
            List<PodState> states,
            List<ObjectNode> slices,
            List<Plan.Blocked> blocked,
            boolean settled,
            long revision) {
        return new Snapshot(
                new ClusterView(objects, states, nodes(objects), slices, started),
                DnsZone.of(objects, slices, states),
                List.copyOf(blocked),
                settled,
                revision);
    }

    /** One applied object, or null. */
    static @Nullable JsonNode find(Snapshot snapshot, dev.fairlead.wire.directory.ObjectKey key) {
        return snapshot.view().applied().objects().get(key);
    }
}
