package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.pods.Launches;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A plan in the making: knows which names and addresses are taken and how full each node is.
 *
 * <p>Owner: the thread that reconciles; lives for one reconciliation.
 */
final class Draft {

    private final Applied applied;
    private final List<PodState> current;
    private final List<LabNode> nodes;
    private final Launches launches;
    private final PodAddresses addresses;
    private final RandomGenerator random;

    private final List<PodLaunch> create = new ArrayList<>();
    private final List<PodLaunch> update = new ArrayList<>();
    private final Set<PodState> delete = new LinkedHashSet<>();
    private final List<Plan.Blocked> blocked = new ArrayList<>();
    private final Set<String> claimed = new HashSet<>();

    Draft(
            Applied applied,
            List<PodState> current,
            List<LabNode> nodes,
            Launches launches,
            PodAddresses addresses,
            RandomGenerator random) {
        this.applied = applied;
        this.current = current;
        this.nodes = nodes;
        this.launches = launches;
        this.addresses = addresses;
        this.random = random;
    }

    List<LabNode> nodes() {
        return nodes;
    }

    /** The pods that {@code template}'s object owns: the others are left to their own objects. */
    List<PodState> claim(Template template) {
        List<PodState> own = current.stream().filter(template::owns).toList();
        own.forEach(pod -> claimed.add(pod.launch().uid()));
        return own;
    }

    /** A name that no pod has. */
    String freeName(Template template) {
        while (true) {
            String name = template.prefix() + "-" + Names.suffix(random);
            if (!taken(template.namespace(), name)) {
                return name;
            }
        }
    }

    String newUid() {
        return Names.uid(random);
    }

    /** Whether a pod of that name is there, one that is terminating included. */
    boolean taken(String namespace, String name) {
        return current.stream().map(PodState::launch).anyMatch(p -> is(p, namespace, name))
                || create.stream().anyMatch(p -> is(p, namespace, name));
    }

    private static boolean is(PodLaunch pod, String namespace, String name) {
        return pod.name().equals(name) && pod.namespace().equals(namespace);
    }

    /** Creates a pod, or notes why that is not possible. */
    void create(Template template, String name, String uid) {
        List<LabNode> allowed = Scheduler.allowed(template.spec(), nodes);
        Optional<LabNode> chosen =
                Scheduler.choose(allowed, node -> count(node, template), node -> count(node, null));
        if (chosen.isEmpty()) {
            block(template, "no node has the nodeName or nodeSelector asked for", false);
        } else {
            create(template, name, uid, chosen.get());
        }
    }

    void create(Template template, String name, String uid, LabNode node) {
        Optional<String> address = addresses.take(node, usedAddresses());
        if (address.isEmpty()) {
            block(template, "node " + node.name() + " has no free address", false);
            return;
        }
        ObjectNode pod = template.pod(name, uid, node.name());
        switch (launches.launch(pod, address.get(), node.address(), applied)) {
            case Launches.Ready(var launch) -> create.add(launch);
            case Launches.NotYet(var reason) -> block(template, reason, false);
            case Launches.Refused(var reason) -> block(template, reason, true);
        }
    }

    private void block(Template template, String reason, boolean forGood) {
        Plan.Blocked entry = new Plan.Blocked(template.owner(), reason, forGood);
        if (!blocked.contains(entry)) {
            blocked.add(entry);
        }
    }

    private int count(LabNode node, @org.jspecify.annotations.Nullable Template owner) {
        long running =
                current.stream()
                        .filter(pod -> !pod.terminating() && !delete.contains(pod))
                        .filter(pod -> owner == null || owner.owns(pod))
                        .filter(pod -> pod.launch().node().equals(node.name()))
                        .count();
        long coming =
                create.stream()
                        .filter(pod -> owner == null || owner.owns(pod))
                        .filter(pod -> pod.node().equals(node.name()))
                        .count();
        return (int) (running + coming);
    }

    private Set<String> usedAddresses() {
        Set<String> used = new HashSet<>();
        current.forEach(pod -> used.add(pod.launch().ip()));
        create.forEach(pod -> used.add(pod.ip()));
        return used;
    }

    /** Brings labels and annotations of a running pod up to date. */
    void relabel(Template template, PodState pod) {
        PodLaunch launch = pod.launch();
        ObjectNode object = template.pod(launch.name(), launch.uid(), launch.node());
        if (!object.path("metadata").equals(launch.object().path("metadata"))) {
            update.add(launch.withObject(object));
        }
    }

    void delete(PodState pod) {
        if (!pod.terminating()) {
            delete.add(pod);
        }
    }

    /** The plan; pods that no object has claimed go. */
    Plan finish() {
        current.stream().filter(pod -> !claimed.contains(pod.launch().uid())).forEach(this::delete);
        List<PodState> keep = current.stream().filter(pod -> !delete.contains(pod)).toList();
        return new Plan(create, update, List.copyOf(delete), keep, blocked);
    }
}
