package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Discovery;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MixerObject;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Sidecar;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.pilot.validate.MeshSettingsReader;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.pilot.validate.Verdict;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What pilot-lite says of a set of objects: of each by itself, then of all beside each other. The
 * verdicts are those of admission and status; nothing is served.
 */
public final class Analysis {

    /** Whether an object is refused, or its user should only know. */
    public enum Level {
        ERROR,
        WARNING
    }

    /** One thing found. */
    public record Finding(Level level, ObjectKey object, Problem problem) {}

    /**
     * What was found, by object, and the state that the objects in force make.
     *
     * @param findings errors of an object before its warnings
     */
    public record Result(ClusterState state, List<Finding> findings) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    private final List<Finding> findings = new ArrayList<>();

    private Analysis() {}

    /** Objects of any kind; those that nobody here reads are passed over. */
    public static Result of(Map<ObjectKey, JsonNode> objects) {
        return new Analysis().analyze(new TreeMap<>(objects));
    }

    private Result analyze(Map<ObjectKey, JsonNode> objects) {
        var content = new DirectoryWatch.Content(0, objects);
        Inventory inventory = DirectoryReader.read(content, content);
        MeshSettings mesh = mesh(objects.get(Inventory.MESH));
        var reader = new ConfigReader(mesh);
        List<ConfigObject> accepted = new ArrayList<>();
        inventory
                .configs()
                .forEach((key, object) -> {
                    if (ConfigReader.owns(key.group(), key.kind())) {
                        switch (reader.read(KubernetesReader.meta(key, object), object)) {
                            case Verdict.Accepted<ConfigObject>(ConfigObject value) ->
                                    accepted.add(value);
                            case Verdict.Refused<ConfigObject>(List<Problem> problems) ->
                                    add(level(key, mesh, inventory), key, problems);
                        }
                    }
                });
        ClusterState state = state(inventory, mesh, accepted);
        CrossCheck.warnings(state).forEach((key, problems) -> add(Level.WARNING, key, problems));
        findings.sort(Comparator.comparing(Finding::object)); // stable
        return new Result(state, findings);
    }

    /**
     * What is wrong in a kind that is not served is nobody's business in a namespace that is known
     * and not in the mesh: another one may live there.
     */
    private static Level level(ObjectKey key, MeshSettings mesh, Inventory inventory) {
        return StateBuilder.isOfElsewhere(key, inventory, mesh) ? Level.WARNING : Level.ERROR;
    }

    private MeshSettings mesh(@Nullable JsonNode configMap) {
        if (configMap == null) {
            return MeshSettings.DEFAULT;
        }
        return switch (MeshSettingsReader.read(configMap)) {
            case Verdict.Accepted<MeshSettings>(MeshSettings settings) -> settings;
            case Verdict.Refused<MeshSettings>(List<Problem> problems) -> {
                add(Level.ERROR, Inventory.MESH, problems);
                yield MeshSettings.DEFAULT;
            }
        };
    }

    private void add(Level level, ObjectKey key, List<Problem> problems) {
        problems.forEach(problem -> findings.add(new Finding(level, key, problem)));
    }

    private static ClusterState state(
            Inventory inventory, MeshSettings mesh, List<ConfigObject> accepted) {
        return Discovery.of(
                new ClusterState(
                        0,
                        0,
                        0,
                        mesh,
                        inventory.namespaces(),
                        inventory.services(),
                        inventory.slices(),
                        inventory.pods(),
                        inventory.nodes(),
                        inventory.networkPolicies(),
                        StateBuilder.oldestFirst(accepted, VirtualService.class),
                        StateBuilder.oldestFirst(accepted, DestinationRule.class),
                        StateBuilder.oldestFirst(accepted, Sidecar.class),
                        StateBuilder.oldestFirst(accepted, PeerPolicy.class),
                        StateBuilder.oldestFirst(accepted, AuthorizationPolicy.class),
                        StateBuilder.oldestFirst(accepted, RbacObject.class),
                        StateBuilder.oldestFirst(accepted, RateLimit.class),
                        StateBuilder.oldestFirst(accepted, HealthCheck.class),
                        StateBuilder.oldestFirst(accepted, MixerObject.class),
                        StateBuilder.oldestFirst(accepted, RequestAuthentication.class),
                        Map.of(),
                        Set.of()));
    }
}
