package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.compile.Requirements;
import dev.fairlead.pilot.source.Acceptance.Standing;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Discovery;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.MixerObject;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Sidecar;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.status.AgentTooOld;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.pilot.validate.MeshSettingsReader;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the cluster's state of what a source has read, and the objects' status.
 *
 * <p>Owner: the source's thread.
 */
public final class StateBuilder {

    /** A state, with the status of every object of a kind that is known; refused are counted. */
    public record Built(ClusterState state, Map<ObjectKey, JsonNode> statuses, int refused) {}

    private final Acceptance<MeshSettings> meshSettings;
    private final Acceptance<ConfigObject> configs;
    private final CaptureBook captures;
    private final KeySource keys;
    private List<VirtualService> virtualServices = List.of();
    private List<DestinationRule> destinationRules = List.of();
    private List<Sidecar> sidecars = List.of();
    private List<PeerPolicy> peerPolicies = List.of();
    private List<AuthorizationPolicy> authorizationPolicies = List.of();
    private List<RbacObject> rbac = List.of();
    private List<RateLimit> rateLimits = List.of();
    private List<HealthCheck> healthChecks = List.of();
    private List<MixerObject> mixer = List.of();
    private List<RequestAuthentication> requestAuthentications = List.of();

    /** Where key sets come from, which objects only say the address of. */
    @FunctionalInterface
    public interface KeySource {

        /** Nothing is ever fetched. */
        KeySource NONE = wanted -> Map.of();

        /** What is known of these, which are all that are wanted now. */
        Map<Keys.Remote, KeySet> of(Set<Keys.Remote> wanted);
    }

    public StateBuilder(Map<ObjectKey, JsonNode> storedStatuses, CaptureBook captures) {
        this(storedStatuses, captures, KeySource.NONE);
    }

    public StateBuilder(
            Map<ObjectKey, JsonNode> storedStatuses, CaptureBook captures, KeySource keys) {
        this.captures = captures;
        this.keys = keys;
        Map<ObjectKey, JsonNode> lastGood = new HashMap<>();
        storedStatuses.forEach((key, status) -> {
            if (status.has("lastGood")) {
                lastGood.put(key, status.get("lastGood"));
            }
        });
        meshSettings = new Acceptance<>(lastGood);
        configs = new Acceptance<>(lastGood);
    }

    public Built build(Inventory inventory) {
        Map<ObjectKey, Standing<?>> standings = new LinkedHashMap<>();
        MeshSettings mesh = mesh(inventory.configs(), standings);
        List<ConfigObject> inForce = new ArrayList<>();
        var reader = new ConfigReader(mesh);
        inventory
                .configs()
                .forEach((key, object) -> {
                    if (ConfigReader.owns(key.group(), key.kind())
                            && !(ConfigReader.watches(key.group(), key.kind())
                                    && isOfElsewhere(key, inventory, mesh))) {
                        Meta meta = KubernetesReader.meta(key, object);
                        var standing =
                                configs.judge(key, object, mesh, json -> reader.read(meta, json));
                        standings.put(key, standing);
                        if (standing.value() != null) {
                            inForce.add(standing.value());
                        }
                    }
                });
        configs.retain(inventory.configs().keySet());
        ClusterState state = Discovery.of(state(inventory, mesh, inForce));
        Map<ObjectKey, JsonNode> statuses = statuses(standings, CrossCheck.warnings(state));
        Requirements.of(state)
                .forEach((key, requirement) -> {
                    if (statuses.get(key) instanceof ObjectNode status) {
                        AgentTooOld.require(status, requirement.profile(), requirement.nodes());
                    }
                });
        for (Meta meta : inventory.plain()) {
            statuses.put(meta.key(), StatusWriter.status(meta, List.of(), List.of(), null));
        }
        return new Built(
                state,
                statuses,
                (int) standings.values().stream().filter(s -> !s.problems().isEmpty()).count());
    }

    /**
     * Whether a kind that is not served lies in a namespace that is not in the mesh: another one
     * may have use for it.
     */
    static boolean isOfElsewhere(ObjectKey key, Inventory inventory, MeshSettings mesh) {
        Namespace namespace = inventory.namespaces().get(key.namespace());
        return !ConfigReader.serves(key.group(), key.kind())
                && namespace != null
                && !namespace.word().asks()
                && !key.namespace().equals(mesh.rootNamespace());
    }

    private MeshSettings mesh(
            Map<ObjectKey, JsonNode> objects, Map<ObjectKey, Standing<?>> standings) {
        JsonNode object = objects.get(Inventory.MESH);
        meshSettings.retain(objects.keySet());
        if (object == null) {
            return MeshSettings.DEFAULT;
        }
        var standing = meshSettings.judge(Inventory.MESH, object, "", MeshSettingsReader::read);
        standings.put(Inventory.MESH, standing);
        return standing.value() != null ? standing.value() : MeshSettings.DEFAULT;
    }

    private ClusterState state(Inventory inventory, MeshSettings mesh, List<ConfigObject> inForce) {
        CaptureBook.Marks marks = captures.marks(inventory.pods());
        virtualServices = oldestFirst(inForce, VirtualService.class, virtualServices);
        destinationRules = oldestFirst(inForce, DestinationRule.class, destinationRules);
        sidecars = oldestFirst(inForce, Sidecar.class, sidecars);
        peerPolicies = oldestFirst(inForce, PeerPolicy.class, peerPolicies);
        authorizationPolicies =
                oldestFirst(inForce, AuthorizationPolicy.class, authorizationPolicies);
        rbac = oldestFirst(inForce, RbacObject.class, rbac);
        rateLimits = oldestFirst(inForce, RateLimit.class, rateLimits);
        healthChecks = oldestFirst(inForce, HealthCheck.class, healthChecks);
        mixer = oldestFirst(inForce, MixerObject.class, mixer);
        requestAuthentications =
                oldestFirst(inForce, RequestAuthentication.class, requestAuthentications);
        return new ClusterState(
                inventory.appliedRevision(),
                inventory.observedRevision(),
                marks.revision(),
                mesh,
                inventory.namespaces(),
                inventory.services(),
                inventory.slices(),
                inventory.pods(),
                inventory.nodes(),
                inventory.networkPolicies(),
                virtualServices,
                destinationRules,
                sidecars,
                peerPolicies,
                authorizationPolicies,
                rbac,
                rateLimits,
                healthChecks,
                mixer,
                requestAuthentications,
                keys.of(remoteKeys()),
                marks.captured());
    }

    private Set<Keys.Remote> remoteKeys() {
        Set<Keys.Remote> remote = new HashSet<>();
        for (RequestAuthentication policy : requestAuthentications) {
            policy.rules().forEach(rule -> addRemote(remote, rule));
        }
        for (PeerPolicy policy : peerPolicies) {
            if (policy.origins() != null) {
                policy.origins().origins().forEach(origin -> addRemote(remote, origin.rule()));
            }
        }
        return remote;
    }

    private static void addRemote(Set<Keys.Remote> remote, JwtRule rule) {
        if (rule.keys() instanceof Keys.Remote keys) {
            remote.add(keys);
        }
    }

    /** The same list as before where it holds the same. */
    private static <C extends ConfigObject> List<C> oldestFirst(
            List<ConfigObject> all, Class<C> kind, List<C> before) {
        List<C> now = oldestFirst(all, kind);
        return now.equals(before) ? before : now;
    }

    static <C extends ConfigObject> List<C> oldestFirst(List<ConfigObject> all, Class<C> kind) {
        return all.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .sorted(Comparator.comparing(ConfigObject::meta, Meta.OLDEST_FIRST))
                .toList();
    }

    private static Map<ObjectKey, JsonNode> statuses(
            Map<ObjectKey, Standing<?>> standings, Map<ObjectKey, List<Problem>> warnings) {
        Map<ObjectKey, JsonNode> statuses = new LinkedHashMap<>();
        standings.forEach((key, standing) ->
                statuses.put(
                        key,
                        StatusWriter.status(
                                KubernetesReader.meta(key, standing.present()),
                                standing.problems(),
                                warnings.getOrDefault(key, List.of()),
                                standing.lastGood())));
        return statuses;
    }
}
