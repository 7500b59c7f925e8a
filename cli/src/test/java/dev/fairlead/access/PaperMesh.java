package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.agent.control.xds.compile.ClusterCompiler;
import dev.fairlead.agent.control.xds.compile.EndpointsCompiler;
import dev.fairlead.agent.control.xds.compile.ListenerCompiler;
import dev.fairlead.agent.control.xds.compile.Outcome;
import dev.fairlead.agent.control.xds.compile.ResourceCompiler;
import dev.fairlead.agent.control.xds.compile.RouteTableCompiler;
import dev.fairlead.agent.control.xds.compile.WorkloadCompiler;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.generate.VersionedResource;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A mesh that is written down and never started: objects go through pilot-lite's validation and
 * compilation, what comes out through the agent's, and {@link Call} or {@code Departure} asks the
 * results.
 */
public final class PaperMesh {

    private final Map<String, App> apps = new HashMap<>();
    private final Snapshot snapshot;

    private PaperMesh(List<App> apps, ClusterState state, Map<String, String> keys) {
        apps.forEach(app -> this.apps.put(app.namespace() + "/" + app.name(), app));
        snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 1),
                        MeshCompiler.compile(observed(state, apps, keys)));
    }

    /** Objects that are all accepted. */
    public static PaperMesh of(List<App> apps, String... objects) {
        return fetched(apps, Map.of(), objects);
    }

    /**
     * @param keys what has been found at the addresses that rules name; elsewhere nothing has
     */
    static PaperMesh fetched(List<App> apps, Map<String, String> keys, String... objects) {
        Analysis.Result result = analysis(apps, objects);
        assertThat(result.findings())
                .filteredOn(finding -> finding.level() == Analysis.Level.ERROR)
                .isEmpty();
        return new PaperMesh(apps, result.state(), keys);
    }

    /** Why objects are refused, as {@code field: reason}. */
    public static List<String> refusals(List<App> apps, String... objects) {
        return analysis(apps, objects).findings().stream()
                .filter(finding -> finding.level() == Analysis.Level.ERROR)
                .map(finding -> finding.problem().toString())
                .toList();
    }

    private static Analysis.Result analysis(List<App> apps, String... objects) {
        StringBuilder text = new StringBuilder();
        Set<String> namespaces = new TreeSet<>();
        apps.forEach(app -> namespaces.add(app.namespace()));
        for (String namespace : namespaces) {
            text.append(
                    """
                    ---
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: %s, annotations: {fairlead.dev/mesh: enabled}}
                    """
                            .formatted(namespace));
        }
        apps.forEach(app -> text.append(app.manifest()));
        for (String object : objects) {
            text.append("---\n").append(object).append('\n');
        }
        Map<ObjectKey, JsonNode> all = new TreeMap<>();
        Manifests.parse("paper", text.toString(), "default")
                .forEach(object -> all.put(ObjectKey.of(object), object));
        return Analysis.of(all);
    }

    /** As agents have reported it, and key sets have been fetched. */
    private static ClusterState observed(
            ClusterState of, List<App> apps, Map<String, String> keys) {
        Map<Keys.Remote, KeySet> known = new HashMap<>();
        keys.forEach((address, text) ->
                known.put(
                        new Keys.Remote(address, false, Duration.ofSeconds(5)),
                        new KeySet(text, "")));
        Set<String> captured = new TreeSet<>();
        apps.stream().filter(App::enrolled).forEach(app -> captured.add(app.uid()));
        return new ClusterState(
                of.appliedRevision(),
                of.observedRevision(),
                captured.size(),
                of.mesh(),
                of.namespaces(),
                of.services(),
                of.slices(),
                of.pods(),
                of.nodes(),
                of.networkPolicies(),
                of.virtualServices(),
                of.destinationRules(),
                of.sidecars(),
                of.peerPolicies(),
                of.authorizationPolicies(),
                of.rbac(),
                of.rateLimits(),
                of.healthChecks(),
                of.mixer(),
                of.requestAuthentications(),
                known,
                captured);
    }

    public App app(String name) {
        return Objects.requireNonNull(apps.get(name), name);
    }

    /** A call from one to another, each as {@code namespace/name}. */
    Call call(String from, String to, Port port) {
        return new Call(this, app(from), app(to), port);
    }

    /** What lets connections into a pod. */
    public Listener inbound(App app) {
        String name = "inbound|" + app.uid();
        return compiled(
                new ListenerCompiler(),
                Objects.requireNonNull(resources(app, ResourceType.LISTENER).get(name), name));
    }

    /** What takes connections that leave a pod. */
    public Listener outbound(App app) {
        return compiled(
                new ListenerCompiler(),
                resources(app, ResourceType.LISTENER).values().stream()
                        .filter(each -> each.name().startsWith("outbound|"))
                        .findFirst()
                        .orElseThrow());
    }

    /** Routes that a listener of a pod names. */
    public RouteTable routes(App app, String name) {
        return compiled(
                new RouteTableCompiler(),
                Objects.requireNonNull(resources(app, ResourceType.ROUTES).get(name), name));
    }

    /** Where what goes to a cluster of a pod's may go, as {@code address:port}. */
    public List<String> endpoints(App client, String name) {
        Cluster cluster = Objects.requireNonNull(cluster(client, name), name);
        VersionedResource found = resources(client, ResourceType.ENDPOINTS).get(cluster.edsName());
        return found == null
                ? List.of()
                : compiled(new EndpointsCompiler(), found).list().stream()
                        .map(each ->
                                each.address().getAddress().getHostAddress()
                                        + ":"
                                        + each.address().getPort())
                        .sorted()
                        .toList();
    }

    /** What a pod's agent knows by this name, its own client scope's; null: nothing. */
    public @Nullable Cluster cluster(App client, String name) {
        for (VersionedResource each : resources(client, ResourceType.CLUSTER).values()) {
            if (each.name().equals(name) || each.name().startsWith(name + "@")) {
                return compiled(new ClusterCompiler(), each);
            }
        }
        return null;
    }

    /** The endpoint of a cluster that is this pod; null: it is none. */
    @Nullable Endpoint endpoint(App client, Cluster cluster, App server) {
        VersionedResource found = resources(client, ResourceType.ENDPOINTS).get(cluster.edsName());
        if (found == null) {
            return null;
        }
        Endpoints endpoints = compiled(new EndpointsCompiler(), found);
        List<Endpoint> fitting = new ArrayList<>(endpoints.list());
        fitting.removeIf(
                each -> !each.address().getAddress().getHostAddress().equals(server.address()));
        return fitting.isEmpty() ? null : fitting.getFirst();
    }

    /** What a client's agent knows of another pod. */
    Workload workload(App client, App other) {
        for (VersionedResource each : resources(client, ResourceType.WORKLOAD).values()) {
            Workload workload = compiled(new WorkloadCompiler(), each);
            if (workload.uid().equals(other.uid())) {
                return workload;
            }
        }
        throw new AssertionError("nothing is known of " + other);
    }

    private Map<String, VersionedResource> resources(App app, ResourceType type) {
        return snapshot.agent(app.node(), Profile.NEWEST).getOrDefault(type, Map.of());
    }

    private static <T> T compiled(ResourceCompiler<?, T> compiler, VersionedResource resource) {
        return switch (compiler.compile(resource.name(), resource.body())) {
            case Outcome.Compiled<T>(T value, var _) -> value;
            case Outcome.Refused<T> refused ->
                    throw new AssertionError(resource.name() + ": " + refused.message());
        };
    }
}
