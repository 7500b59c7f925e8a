package dev.fairlead.pilot.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.pilot.validate.MeshSettingsReader;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.pilot.validate.Verdict;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Decides about one object, beside all others as they stand. An update that leaves the spec as it
 * is, and one of an object that is being deleted, always passes: whoever was let in can leave.
 *
 * <p>Thread: any. Nothing is changed by asking.
 */
final class Gate {

    private static final String ISTIO = ".istio.io";

    private final ObjectKey mesh;

    /** {@code namespace}: where the mesh's own ConfigMap is. */
    Gate(String namespace) {
        mesh = new ObjectKey("", "ConfigMap", namespace, "mesh");
    }

    Decision check(AdmissionRequest request, ClusterState state) {
        ObjectKey key = request.key();
        if (!request.subresource().isEmpty()) {
            return Decision.allow();
        }
        return switch (request.operation()) {
            case CONNECT -> Decision.allow();
            case DELETE -> deleted(key, state);
            case CREATE, UPDATE -> {
                if (request.object().path("metadata").hasNonNull("deletionTimestamp")) {
                    yield Decision.allow();
                }
                if (ConfigReader.owns(key.group(), key.kind())) {
                    yield config(request, state);
                }
                yield key.equals(mesh)
                        ? meshSettings(key, request.object())
                        : Decision.allow(Annotations.warnings(key, request.object()));
            }
        };
    }

    private static Decision config(AdmissionRequest request, ClusterState state) {
        ObjectKey key = request.key();
        var reader = new ConfigReader(state.mesh());
        return switch (reader.read(Candidate.meta(key, request.object()), request.object())) {
            case Verdict.Accepted<ConfigObject>(ConfigObject object) ->
                    Decision.allow(
                            texts(
                                    CrossCheck.warnings(Candidate.with(state, object))
                                            .getOrDefault(key, List.of())));
            case Verdict.Refused<ConfigObject>(List<Problem> problems) -> {
                if (unchanged(request)
                        || (!ConfigReader.serves(key.group(), key.kind()) && !ours(key, state))) {
                    yield Decision.allow(texts(problems));
                }
                yield Decision.deny(key, problems);
            }
        };
    }

    /** Refused before already, or by an older version of us: the change at hand is another. */
    private static boolean unchanged(AdmissionRequest request) {
        JsonNode before = request.oldObject();
        return before.isObject()
                && before.path("spec").equals(request.object().path("spec"))
                && before.path("apiVersion").equals(request.object().path("apiVersion"));
    }

    /** Whether it would have been for this mesh: elsewhere another one may live. */
    private static boolean ours(ObjectKey key, ClusterState state) {
        if (!key.group().endsWith(ISTIO)) {
            return false;
        }
        Namespace namespace = state.namespaces().get(key.namespace());
        return key.namespace().isEmpty()
                || key.namespace().equals(state.mesh().rootNamespace())
                || (namespace != null && namespace.word().asks());
    }

    private static Decision meshSettings(ObjectKey key, JsonNode object) {
        return switch (MeshSettingsReader.read(object)) {
            case Verdict.Accepted<MeshSettings> _ -> Decision.allow();
            case Verdict.Refused<MeshSettings>(List<Problem> problems) ->
                    Decision.deny(key, problems);
        };
    }

    /** Always allowed, with what goes wrong for others when it is gone. */
    private static Decision deleted(ObjectKey key, ClusterState state) {
        if (!ConfigReader.owns(key.group(), key.kind())) {
            return Decision.allow();
        }
        Map<ObjectKey, List<Problem>> before = CrossCheck.warnings(state);
        List<String> warnings = new ArrayList<>();
        CrossCheck.warnings(Candidate.without(state, key))
                .forEach((other, problems) -> {
                    List<Problem> known = before.getOrDefault(other, List.of());
                    for (Problem problem : problems) {
                        if (!known.contains(problem)) {
                            warnings.add(other.display() + ": " + problem);
                        }
                    }
                });
        return Decision.allow(warnings);
    }

    private static List<String> texts(List<Problem> problems) {
        return problems.stream().map(Problem::toString).toList();
    }
}
