package dev.fairlead.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.cluster.pods.ImageMap;
import dev.fairlead.lab.cluster.workloads.Plan;
import dev.fairlead.lab.cluster.workloads.Workloads;
import dev.fairlead.wire.directory.ObjectKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A lab whose pods run as soon as the plan says so, with everything repeatable. */
public final class LabFixture {

    public static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    public final List<LabNode> nodes =
            List.of(
                    new LabNode("node-1", 1, Map.of(), START),
                    new LabNode("node-2", 2, Map.of("disk", "ssd"), START));
    public List<PodState> pods = new ArrayList<>();

    private final Workloads workloads;
    private Map<ObjectKey, JsonNode> objects = new LinkedHashMap<>();
    private long seconds;

    public LabFixture() {
        this(ImageMap.empty());
    }

    public LabFixture(ImageMap images) {
        workloads = new Workloads(images, new Random(7));
    }

    /** An image map from YAML; folders are under /samples and /cache. */
    public static ImageMap images(String yaml) {
        return ImageMap.parse("images.yaml", yaml, Path.of("/samples"), Path.of("/cache"));
    }

    public LabFixture apply(String yaml) {
        for (ObjectNode object : Manifests.parse("test.yaml", yaml, "default")) {
            ObjectKey key = ObjectKey.of(object);
            JsonNode before = objects.get(key);
            String uid =
                    before == null
                            ? "uid-" + key.name() + "-" + seconds
                            : before.path("metadata").path("uid").asText();
            object.withObject("/metadata").put("uid", uid);
            object.withObject("/metadata").put("creationTimestamp", START.toString());
            objects.put(key, object);
        }
        return this;
    }

    public LabFixture remove(String group, String kind, String name) {
        objects.remove(new ObjectKey(group, kind, "default", name));
        return this;
    }

    public Applied applied() {
        return new Applied(objects);
    }

    public Plan plan() {
        return workloads.reconcile(applied(), pods, nodes);
    }

    /** Carries the next plan out: new pods are running, not ready; deleted ones terminate. */
    public Plan step() {
        Plan plan = plan();
        seconds++;
        Instant now = START.plusSeconds(seconds);
        List<PodState> next = new ArrayList<>();
        for (PodState pod : pods) {
            next.add(plan.delete().contains(pod) ? terminating(pod, now) : relabelled(pod, plan));
        }
        plan.create().forEach(launch -> next.add(running(launch, now)));
        pods = next;
        return plan;
    }

    private static PodState relabelled(PodState pod, Plan plan) {
        PodLaunch launch =
                plan.update().stream()
                        .filter(changed -> changed.uid().equals(pod.launch().uid()))
                        .findFirst()
                        .orElse(pod.launch());
        return new PodState(
                launch,
                pod.phase(),
                pod.ready(),
                pod.created(),
                pod.deleted(),
                pod.containers(),
                pod.message());
    }

    /** Steps, everything becoming ready and gone in between, until nothing is left to do. */
    public LabFixture settle() {
        for (int i = 0; i < 50; i++) {
            boolean idle = step().changesNothing();
            ready(name -> true);
            forget();
            if (idle && plan().changesNothing()) {
                return this;
            }
        }
        throw new AssertionError("does not settle: " + pods);
    }

    /** The pods whose names {@code which} accepts become ready. */
    public LabFixture ready(java.util.function.Predicate<String> which) {
        return each(pod -> which.test(pod.launch().name()) ? with(pod, true) : pod);
    }

    public LabFixture unready() {
        return each(pod -> with(pod, false));
    }

    /** Terminating pods are gone. */
    public LabFixture forget() {
        pods = new ArrayList<>(pods.stream().filter(pod -> !pod.terminating()).toList());
        return this;
    }

    public LabFixture finish(PodState.Phase phase) {
        return each(pod -> finished(pod, phase));
    }

    private LabFixture each(UnaryOperator<PodState> change) {
        pods = new ArrayList<>(pods.stream().map(change).toList());
        return this;
    }

    public PodState pod(String prefix) {
        return pods.stream()
                .filter(pod -> pod.launch().name().startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pod " + prefix + " in " + names()));
    }

    public List<String> names() {
        return pods.stream().map(pod -> pod.launch().name()).toList();
    }

    public static PodState running(PodLaunch launch, Instant created) {
        return new PodState(
                launch, PodState.Phase.RUNNING, false, created, null, states(launch, false), "");
    }

    private static List<PodState.ContainerState> states(PodLaunch launch, boolean ready) {
        return launch.containers().stream()
                .map(c -> new PodState.ContainerState(c.name(), ready, true, 0, "", null))
                .toList();
    }

    private static PodState with(PodState pod, boolean ready) {
        if (pod.terminating() || pod.finished()) {
            return pod;
        }
        return new PodState(
                pod.launch(),
                PodState.Phase.RUNNING,
                ready,
                pod.created(),
                null,
                states(pod.launch(), ready),
                "");
    }

    public static PodState terminating(PodState pod, Instant now) {
        return new PodState(
                pod.launch(), pod.phase(), false, pod.created(), now, pod.containers(), "");
    }

    private static PodState finished(PodState pod, PodState.Phase phase) {
        return new PodState(
                pod.launch(), phase, false, pod.created(), pod.deleted(), List.of(), "");
    }
}
