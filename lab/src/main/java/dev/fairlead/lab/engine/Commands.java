package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.ManifestException;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.cluster.view.Tables;
import dev.fairlead.lab.cluster.workloads.Plan;
import dev.fairlead.lab.cluster.workloads.Unsupported;
import dev.fairlead.lab.control.ControlProtocol;
import dev.fairlead.lab.control.ControlProtocol.Apply;
import dev.fairlead.lab.control.ControlProtocol.AwaitReady;
import dev.fairlead.lab.control.ControlProtocol.Delete;
import dev.fairlead.lab.control.ControlProtocol.Get;
import dev.fairlead.lab.control.ControlProtocol.Restart;
import dev.fairlead.lab.control.ControlProtocol.Source;
import dev.fairlead.lab.control.ControlProtocol.Start;
import dev.fairlead.lab.control.ControlProtocol.Stop;
import dev.fairlead.lab.control.ControlServer;
import dev.fairlead.lab.control.Output;
import dev.fairlead.lab.mesh.Mesh;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The commands of users, carried out. Each call runs on a thread of its own and may wait. */
public final class Commands implements ControlServer.Handler {

    private static final Duration PILOT_LIMIT = Duration.ofSeconds(90);
    private static final Duration FOLLOW_LIMIT = Duration.ofSeconds(90);

    private final Engine engine;
    private final Mesh mesh;
    private final Followers followers;
    private final List<String> nodes;
    private final Tables tables = new Tables(Clock.systemUTC());

    Commands(Engine engine, Mesh mesh, Followers followers, List<String> nodes) {
        this.engine = engine;
        this.mesh = mesh;
        this.followers = followers;
        this.nodes = nodes.stream().filter(mesh::hasAgent).toList();
    }

    @Override
    public int handle(ControlProtocol.Request request, Output output) throws Exception {
        return switch (request) {
            case Apply apply -> apply(apply, output);
            case Delete delete -> delete(delete, output);
            case Get get -> get(get, output);
            case Restart restart ->
                    done(
                            mesh.restart(
                                    restart.what(),
                                    restart.node(),
                                    restart.signal().equals("KILL")),
                            restart.what(),
                            restart.node(),
                            "restarted",
                            output);
            case Stop stop ->
                    done(
                            mesh.hold(stop.what(), stop.node(), stop.signal().equals("KILL")),
                            stop.what(),
                            stop.node(),
                            "stopped",
                            output);
            case Start start ->
                    done(
                            mesh.release(start.what(), start.node(), start.follow()),
                            start.what(),
                            start.node(),
                            "started",
                            output);
            case AwaitReady ready -> awaitReady(Duration.ofSeconds(ready.seconds()), output);
            case ControlProtocol.Status _ -> status(output);
        };
    }

    private int apply(Apply request, Output output) throws IOException, InterruptedException {
        List<ObjectNode> objects;
        try {
            objects = parse(request.sources(), request.namespace());
        } catch (ManifestException e) {
            output.err("error: " + e.getMessage());
            return 1;
        }
        for (ObjectNode object : objects) {
            Unsupported.warnings(object).forEach(warning -> output.err("warning: " + warning));
        }
        AppliedStore.Batch batch = engine.apply(objects);
        boolean compiled = awaitPilot(batch.revision());
        boolean well = true;
        for (AppliedStore.Change change : batch.changes()) {
            well &= report(change, output);
        }
        if (!compiled) {
            output.err(
                    "error: pilot-lite has not answered within " + PILOT_LIMIT.toSeconds() + " s");
            well = false;
        }
        well &= reportBlocked(batch, output);
        if (well && request.follow()) {
            well = awaitAll(batch.revision(), FOLLOW_LIMIT, output);
        }
        return well ? 0 : 1;
    }

    private static List<ObjectNode> parse(List<Source> sources, String namespace) {
        List<ObjectNode> objects = new ArrayList<>();
        for (Source source : sources) {
            objects.addAll(Manifests.parse(source.name(), source.text(), namespace));
        }
        return objects;
    }

    private boolean awaitPilot(long revision) throws IOException, InterruptedException {
        if (!mesh.hasPilot()) {
            return true;
        }
        return within(PILOT_LIMIT, () -> followers.pilotHas(revision, 0));
    }

    private boolean report(AppliedStore.Change change, Output output) throws IOException {
        Optional<String> refusal =
                change.verb() == AppliedStore.Verb.REFUSED
                        ? Optional.of(change.reason())
                        : followers.refusal(
                                change.key(), Engine.find(engine.snapshot(), change.key()));
        String verb =
                refusal.map(reason -> "refused: " + reason)
                        .orElse(change.verb().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        output.out(display(change.key()) + " " + verb);
        return refusal.isEmpty();
    }

    private static String display(ObjectKey key) {
        String kind = key.kind().toLowerCase(Locale.ROOT);
        return kind + (key.group().isEmpty() ? "" : "." + key.group()) + "/" + key.name();
    }

    private boolean reportBlocked(AppliedStore.Batch batch, Output output) {
        List<String> owners =
                batch.changes().stream().map(change -> change.key().display()).toList();
        boolean well = true;
        for (Plan.Blocked blocked : engine.snapshot().blocked()) {
            if (blocked.forGood() && owners.contains(blocked.owner())) {
                output.err("error: " + blocked.owner() + ": " + blocked.reason());
                well = false;
            }
        }
        return well;
    }

    private int delete(Delete request, Output output) throws IOException, InterruptedException {
        List<ObjectNode> objects;
        try {
            objects = parse(request.sources(), request.namespace());
        } catch (ManifestException e) {
            output.err("error: " + e.getMessage());
            return 1;
        }
        AppliedStore.Batch batch = engine.delete(objects);
        boolean well = awaitPilot(batch.revision());
        for (AppliedStore.Change change : batch.changes()) {
            well &= report(change, output) && change.verb() == AppliedStore.Verb.DELETED;
        }
        if (request.follow()) {
            well &= awaitAll(batch.revision(), FOLLOW_LIMIT, output);
        }
        return well ? 0 : 1;
    }

    private int get(Get request, Output output) {
        Optional<Tables.Format> format = Tables.Format.of(request.output());
        if (format.isEmpty()) {
            output.err("error: unknown output form \"" + request.output() + "\"");
            return 2;
        }
        Tables.Output answer =
                tables.get(
                        new Tables.Query(
                                request.kind(), request.name(), request.namespace(), format.get()),
                        engine.snapshot().view());
        answer.out().lines().forEach(output::out);
        answer.error().lines().forEach(output::err);
        return answer.status();
    }

    private static int done(
            Optional<String> failure, String what, String node, String verb, Output output) {
        if (failure.isPresent()) {
            output.err("error: " + failure.get());
            return 1;
        }
        output.out(what + (node.isEmpty() ? "" : " " + node) + " " + verb);
        return 0;
    }

    private int status(Output output) {
        List<PodState> pods = engine.snapshot().view().pods();
        output.out(
                "  pods "
                        + pods.stream().filter(PodState::ready).count()
                        + " ready of "
                        + pods.size());
        mesh.status().forEach(line -> output.out("  " + line));
        return 0;
    }

    private int awaitReady(Duration limit, Output output) throws IOException, InterruptedException {
        List<String> late = mesh.awaitReady(limit);
        if (!late.isEmpty()) {
            output.err(
                    "error: not ready: " + String.join(", ", late) + " (lab logs folder has why)");
            return 1;
        }
        return awaitAll(0, limit, output) ? 0 : 1;
    }

    /** Waits for pods, and for pilot-lite and agents to have followed; says what did not. */
    private boolean awaitAll(long revision, Duration limit, Output output)
            throws IOException, InterruptedException {
        if (within(limit, () -> podsSettled() && meshFollowed(revision))) {
            return true;
        }
        Engine.Snapshot now = engine.snapshot();
        for (Plan.Blocked blocked : now.blocked()) {
            output.err("error: " + blocked.owner() + ": " + blocked.reason());
        }
        for (PodState pod : now.view().pods()) {
            if (!pod.ready() && !pod.finished()) {
                output.err("error: pod " + pod.launch().key() + " is not ready" + why(pod));
            }
        }
        List<String> behind = followers.agentsBehind(nodes, revision);
        if (mesh.hasPilot() && !behind.isEmpty()) {
            output.err("error: not acknowledged by the agents of " + String.join(", ", behind));
        }
        return false;
    }

    private static String why(PodState pod) {
        if (!pod.message().isEmpty()) {
            return ": " + pod.message();
        }
        return pod.containers().stream()
                .filter(container -> !container.ready())
                .findFirst()
                .map(container ->
                        ": container "
                                + container.name()
                                + " "
                                + (container.status().isEmpty()
                                        ? "fails its readiness probe"
                                        : container.status()))
                .orElse("");
    }

    private boolean podsSettled() {
        Engine.Snapshot now = engine.snapshot();
        return now.settled()
                && now.blocked().isEmpty()
                && engine.enrolmentsSettled()
                && now.view().pods().stream().allMatch(pod -> pod.ready() || pod.finished());
    }

    private boolean meshFollowed(long revision) throws IOException {
        return !mesh.hasPilot()
                || (followers.pilotHas(revision, engine.snapshot().observedRevision())
                        && followers.agentsBehind(nodes, revision).isEmpty());
    }

    /** Something that becomes true by itself, and may fail to be read. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static boolean within(Duration limit, Condition condition)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }
}
