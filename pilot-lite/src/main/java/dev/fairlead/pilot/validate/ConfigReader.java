package dev.fairlead.pilot.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Reads an object of one of Istio's kinds, by itself. */
public final class ConfigReader {

    private static final Set<String> NETWORKING = Set.of("v1alpha3", "v1beta1", "v1");
    private static final Set<String> SECURITY = Set.of("v1beta1", "v1");
    private static final Set<String> AUTHENTICATION = Set.of("v1alpha1");
    private static final Set<String> OWN = Set.of("v1alpha1");
    private static final Set<String> MIXERS = Set.of("v1alpha2");
    private static final String AUTHORIZATION = "security.istio.io/AuthorizationPolicy";
    private static final String ROLE = "rbac.istio.io/ServiceRole";
    private static final String BINDING = "rbac.istio.io/ServiceRoleBinding";
    private static final String RBAC_CONFIG = "rbac.istio.io/RbacConfig";
    private static final String CLUSTER_RBAC_CONFIG = "rbac.istio.io/ClusterRbacConfig";
    private static final String RATE_LIMIT = "fairlead.dev/RateLimit";
    private static final String HEALTH_CHECK = "fairlead.dev/HealthCheck";

    private static final String MIXER = "config.istio.io/";

    /** What else does what refused kinds are used for. */
    private static final Map<String, String> INSTEAD =
            Map.of(
                    "networking.istio.io/EnvoyFilter",
                    "use VirtualService, DestinationRule, or fairlead.dev RateLimit",
                    "extensions.istio.io/WasmPlugin",
                    "agents run no code of others: use VirtualService or fairlead.dev RateLimit");

    private static final Set<String> TOP_LEVEL =
            Set.of("apiVersion", "kind", "metadata", "spec", "status");

    /** That limits are those of all pods of a node together: no field of Istio's. */
    private static final String NODE_WIDE = "traffic.fairlead.dev/node-wide-limits";

    private final MeshSettings mesh;

    public ConfigReader(MeshSettings mesh) {
        this.mesh = mesh;
    }

    /** Whether objects of this kind are ours to read, if only to refuse them by name. */
    public static boolean owns(String group, String kind) {
        return group.endsWith(".istio.io")
                || group.equals("gateway.networking.k8s.io")
                || (group + "/" + kind).equals(RATE_LIMIT)
                || (group + "/" + kind).equals(HEALTH_CHECK);
    }

    /** The kinds that are served, as {@code group/kind}; {@link #read} reads each. */
    private static final Set<String> SERVED =
            Set.of(
                    "networking.istio.io/VirtualService",
                    "networking.istio.io/DestinationRule",
                    "networking.istio.io/Sidecar",
                    "security.istio.io/PeerAuthentication",
                    AUTHORIZATION,
                    ROLE,
                    BINDING,
                    RBAC_CONFIG,
                    CLUSTER_RBAC_CONFIG,
                    "security.istio.io/RequestAuthentication",
                    RATE_LIMIT,
                    HEALTH_CHECK,
                    "authentication.istio.io/MeshPolicy",
                    "authentication.istio.io/Policy");

    /** Those of Mixer's that are read; of no other is anything known. */
    private static boolean isMixers(String kind) {
        return switch (kind) {
            case "rule", "handler", "instance", "QuotaSpec", "QuotaSpecBinding" -> true;
            default ->
                    MixerReader.DECIDERS.contains(kind)
                            || MixerReader.SUBJECTS.contains(kind)
                            || MixerReader.OBSERVING.contains(kind);
        };
    }

    /**
     * Whether objects of this kind take part in the mesh. Others are refused where they are given
     * to us, and left alone where they lie: they may be another mesh's.
     */
    public static boolean serves(String group, String kind) {
        String name = group + "/" + kind;
        return SERVED.contains(name) || name.startsWith(MIXER) && isMixers(kind);
    }

    /** Whether objects of this kind are looked at: those that are served, and often-used others. */
    public static boolean watches(String group, String kind) {
        return serves(group, kind) || INSTEAD.containsKey(group + "/" + kind);
    }

    public Verdict<ConfigObject> read(Meta meta, JsonNode object) {
        ObjectKey key = meta.key();
        String version = object.path("apiVersion").asText("").replaceFirst("^[^/]*/", "");
        return switch (key.group() + "/" + key.kind()) {
            case "networking.istio.io/VirtualService" ->
                    spec(
                            object,
                            NETWORKING.contains(version),
                            new VirtualServiceReader(meta, mesh)::read);
            case "networking.istio.io/DestinationRule" ->
                    destinationRule(meta, object, NETWORKING.contains(version));
            case "networking.istio.io/Sidecar" ->
                    spec(object, NETWORKING.contains(version), new SidecarReader(meta, mesh)::read);
            case "security.istio.io/PeerAuthentication" ->
                    spec(
                            object,
                            SECURITY.contains(version),
                            new PeerPolicyReader(meta, mesh.rootNamespace())::peerAuthentication);
            case AUTHORIZATION -> authorizationPolicy(meta, object, SECURITY.contains(version));
            case ROLE -> rbac(object, version, new RbacReader(meta)::role);
            case BINDING -> rbac(object, version, new RbacReader(meta)::binding);
            case RBAC_CONFIG -> rbac(object, version, new RbacReader(meta)::config);
            case CLUSTER_RBAC_CONFIG -> rbac(object, version, new RbacReader(meta)::clusterConfig);
            case "security.istio.io/RequestAuthentication" ->
                    spec(
                            object,
                            SECURITY.contains(version),
                            new RequestAuthenticationReader(meta, mesh.rootNamespace())::read);
            case "authentication.istio.io/MeshPolicy" ->
                    spec(
                            object,
                            AUTHENTICATION.contains(version),
                            new PeerPolicyReader(meta, mesh.rootNamespace())::meshPolicy);
            case "authentication.istio.io/Policy" ->
                    spec(
                            object,
                            AUTHENTICATION.contains(version),
                            new PeerPolicyReader(meta, mesh.rootNamespace())::policy);
            case RATE_LIMIT ->
                    spec(
                            object,
                            OWN.contains(version),
                            new RateLimitReader(meta, mesh.rootNamespace())::read);
            case HEALTH_CHECK ->
                    spec(object, OWN.contains(version), new HealthCheckReader(meta, mesh)::read);
            default ->
                    serves(key.group(), key.kind())
                            ? spec(object, MIXERS.contains(version), mixer(new MixerReader(meta)))
                            : unserved(key, object);
        };
    }

    private static Function<Fields, ConfigObject> mixer(MixerReader reader) {
        String kind = reader.kind();
        return switch (kind) {
            case "rule" -> reader::rule;
            case "handler" -> reader::handler;
            case "instance" -> reader::instance;
            case "QuotaSpec" -> reader::quotaSpec;
            case "QuotaSpecBinding" -> reader::quotaSpecBinding;
            default ->
                    MixerReader.DECIDERS.contains(kind)
                            ? reader::oldHandler
                            : MixerReader.SUBJECTS.contains(kind)
                                    ? reader::oldInstance
                                    : reader::unused;
        };
    }

    /** Refused because of its kind alone, or if it is wrong in itself because of that. */
    private static Verdict<ConfigObject> unserved(ObjectKey key, JsonNode object) {
        List<Problem> problems = new ArrayList<>();
        Fields spec = Fields.of(object.path("spec"), "spec", problems);
        boolean checked = true;
        boolean needed = false;
        switch (key.group() + "/" + key.kind()) {
            case "telemetry.istio.io/Telemetry" -> TelemetryCheck.check(spec);
            case "networking.istio.io/ServiceEntry" -> {
                needed = true;
                ServiceEntryCheck.serviceEntry(spec, key.namespace());
            }
            case "networking.istio.io/WorkloadEntry" -> {
                needed = true;
                boolean _ = ServiceEntryCheck.workload(spec);
            }
            default -> checked = false;
        }
        if (checked) {
            spec.end();
        }
        if (needed && !spec.given()) {
            problems.addFirst(new Problem("spec", "is needed"));
        }
        return new Verdict.Refused<>(
                problems.isEmpty()
                        ? List.of(
                                new Problem(
                                        "",
                                        "kind "
                                                + key.kind()
                                                + " "
                                                + Problem.NOT_SUPPORTED
                                                + instead(key)))
                        : problems);
    }

    private static String instead(ObjectKey key) {
        String instead = INSTEAD.get(key.group() + "/" + key.kind());
        return instead == null ? "" : ": " + instead;
    }

    private Verdict<ConfigObject> destinationRule(Meta meta, JsonNode object, boolean known) {
        String word = object.path("metadata").path("annotations").path(NODE_WIDE).asText("");
        var reader = new DestinationRuleReader(meta, mesh, word.equals("true"));
        Verdict<ConfigObject> verdict = spec(object, known, reader::read);
        if (Set.of("", "true", "false").contains(word)) {
            return verdict;
        }
        List<Problem> problems = new ArrayList<>();
        problems.add(
                new Problem("metadata.annotations." + NODE_WIDE, "must be \"true\" or \"false\""));
        if (verdict instanceof Verdict.Refused<ConfigObject>(List<Problem> others)) {
            problems.addAll(others);
        }
        return new Verdict.Refused<>(problems);
    }

    private static Verdict<ConfigObject> rbac(
            JsonNode object, String version, Function<Fields, ConfigObject> read) {
        return spec(object, AUTHENTICATION.contains(version), read);
    }

    /** Dry run is an annotation: its words are those of Go's ParseBool, as in Istio. */
    private Verdict<ConfigObject> authorizationPolicy(Meta meta, JsonNode object, boolean known) {
        String word =
                object.path("metadata")
                        .path("annotations")
                        .path(AuthorizationPolicyReader.DRY_RUN)
                        .asText("");
        boolean dryRun = word.matches("1|t|T|TRUE|true|True");
        var reader = new AuthorizationPolicyReader(meta, mesh.rootNamespace(), dryRun);
        Verdict<ConfigObject> verdict = spec(object, known, reader::read);
        List<Problem> problems = new ArrayList<>();
        String field = "metadata.annotations." + AuthorizationPolicyReader.DRY_RUN;
        if (!dryRun && !word.matches("|0|f|F|FALSE|false|False")) {
            problems.add(new Problem(field, "must be \"true\" or \"false\""));
        }
        String action = object.path("spec").path("action").asText("");
        if (!word.isEmpty() && (action.equals("AUDIT") || action.equals("CUSTOM"))) {
            problems.add(new Problem(field, "is for ALLOW and DENY only"));
        }
        if (problems.isEmpty()) {
            return verdict;
        }
        if (verdict instanceof Verdict.Refused<ConfigObject>(List<Problem> others)) {
            problems.addAll(others);
        }
        return new Verdict.Refused<>(problems);
    }

    private static Verdict<ConfigObject> spec(
            JsonNode object, boolean versionKnown, Function<Fields, ConfigObject> read) {
        List<Problem> problems = new ArrayList<>();
        if (!versionKnown) {
            problems.add(
                    new Problem(
                            "apiVersion",
                            object.path("apiVersion").asText("") + " " + Problem.NOT_SUPPORTED));
        }
        Fields spec = Fields.of(object.path("spec"), "spec", problems);
        ConfigObject value = read.apply(spec);
        spec.end();
        for (var entry : object.properties()) {
            if (!TOP_LEVEL.contains(entry.getKey())) {
                problems.add(new Problem(entry.getKey(), Problem.UNKNOWN));
            }
        }
        return problems.isEmpty() ? new Verdict.Accepted<>(value) : new Verdict.Refused<>(problems);
    }
}
