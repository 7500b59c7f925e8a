package dev.fairlead.lab.engine;

import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.mesh.Enrolment;
import dev.fairlead.lab.host.NetworkNamespace;
import dev.fairlead.lab.mesh.Mesh;
import dev.fairlead.lab.pods.PodHost;
import dev.fairlead.lab.pods.PodRunner;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All pods that have a process, a name or an address, with what they need of the lab. The engine's
 * thread adds and deletes; the pods' own threads call the {@link PodHost} side.
 */
final class Pods implements PodHost {

    private static final Logger log = LoggerFactory.getLogger(Pods.class);

    private static final Path FOLDER = Path.of("/run/fairlead/pods");

    private final LabFolder folder;
    private final LabSettings settings;
    private final Mesh mesh;
    private final long templatePid;
    private final Map<String, LabNode> nodes;
    private final Map<String, ExecutorService> nodeThreads = new LinkedHashMap<>();
    private final Runnable changed;
    private final Map<String, PodRunner> runners = new LinkedHashMap<>(); // engine's thread only
    private final Map<String, Membership> memberships = new ConcurrentHashMap<>();

    Pods(
            LabFolder folder,
            LabSettings settings,
            Mesh mesh,
            long templatePid,
            Map<String, LabNode> nodes,
            Runnable changed) {
        this.folder = folder;
        this.settings = settings;
        this.mesh = mesh;
        this.templatePid = templatePid;
        this.nodes = Map.copyOf(nodes);
        this.changed = changed;
        nodes.keySet().forEach(name -> nodeThreads.put(name, new NetworkNamespace(name).threads()));
    }

    void create(PodLaunch launch, Enrolment enrolment) {
        PodRunner runner = new PodRunner(this, launch, Instant.now());
        memberships.put(launch.uid(), new Membership(mesh, runner.namespace(), launch, enrolment));
        runners.put(launch.uid(), runner);
        log.info("pod created pod={} node={} ip={}", launch.key(), launch.node(), launch.ip());
        runner.start();
    }

    void update(PodLaunch launch) {
        PodRunner runner = runners.get(launch.uid());
        if (runner != null) {
            runner.update(launch);
        }
    }

    void want(PodState state, Enrolment enrolment) {
        Membership membership = memberships.get(state.launch().uid());
        if (membership != null) {
            membership.want(
                    state.launch(),
                    enrolment,
                    state.phase() == PodState.Phase.RUNNING && !state.terminating());
        }
    }

    void delete(PodState state) {
        PodRunner runner = runners.get(state.launch().uid());
        if (runner != null) {
            log.info("pod deleted pod={}", state.launch().key());
            runner.delete(state.launch().terminationGracePeriod());
        }
    }

    /** Whether every running pod is in or out of the mesh as wanted. Any thread. */
    boolean enrolmentsSettled(List<PodState> states) {
        return states.stream()
                .filter(state -> state.phase() == PodState.Phase.RUNNING && !state.terminating())
                .map(state -> memberships.get(state.launch().uid()))
                .allMatch(membership -> membership == null || membership.settled());
    }

    /** Forgets those that are gone, and says how the others do. */
    List<PodState> states() {
        runners.values()
                .removeIf(runner -> {
                    if (runner.gone()) {
                        memberships.remove(runner.launch().uid());
                    }
                    return runner.gone();
                });
        return runners.values().stream().map(PodRunner::state).toList();
    }

    List<PodRunner> runners() {
        return List.copyOf(runners.values());
    }

    @Override
    public Path podsFolder() {
        return FOLDER;
    }

    @Override
    public Path logFolder() {
        return folder.logs();
    }

    @Override
    public long templatePid() {
        return templatePid;
    }

    @Override
    public ExecutorService nodeThreads(String node) {
        ExecutorService threads = nodeThreads.get(node);
        if (threads == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        return threads;
    }

    @Override
    public String nodeAddress(String node) {
        LabNode found = nodes.get(node);
        if (found == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        return found.address();
    }

    @Override
    public Map<String, String> surroundings(String namespace) {
        return Map.of(
                "JAVA_HOME",
                settings.javaHome(),
                "KUBERNETES_SERVICE_HOST",
                dev.fairlead.lab.cluster.workloads.ServiceAddresses.KUBERNETES,
                "KUBERNETES_SERVICE_PORT",
                "443");
    }

    @Override
    public void admit(PodLaunch pod, NetworkNamespace namespace)
            throws IOException, InterruptedException {
        Membership membership = memberships.get(pod.uid());
        if (membership != null) {
            membership.settle();
        }
    }

    @Override
    public void dismiss(PodLaunch pod) throws InterruptedException {
        Membership membership = memberships.get(pod.uid());
        if (membership != null) {
            try {
                membership.leave();
            } catch (IOException e) {
                log.warn("cannot take pod out of the mesh pod={}", pod.key(), e);
            }
        }
    }

    @Override
    public void changed() {
        changed.run();
    }
}
