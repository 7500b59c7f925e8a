package dev.fairlead.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.agent.control.xds.compile.ClusterCompiler;
import dev.fairlead.agent.control.xds.compile.EndpointsCompiler;
import dev.fairlead.agent.control.xds.compile.EnrolmentCompiler;
import dev.fairlead.agent.control.xds.compile.ListenerCompiler;
import dev.fairlead.agent.control.xds.compile.Outcome;
import dev.fairlead.agent.control.xds.compile.ResourceCompiler;
import dev.fairlead.agent.control.xds.compile.RouteTableCompiler;
import dev.fairlead.agent.control.xds.compile.WorkloadCompiler;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.generate.VersionedResource;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.source.Analysis.Level;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing that pilot-lite accepts is refused by an agent: its admission set, object by object. */
class AcceptedIsNotRefusedTest {

    private static final Path SET = Path.of("../pilot-lite/src/test/resources/admission/valid");
    private static final Path ENVIRONMENT =
            Path.of("src/test/resources/admission-environment.yaml");
    private static final String OLD =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {namespace: fairlead-system, name: mesh}
            data: {mesh: "compat: istio-1.0"}
            """;

    static Stream<Path> valid() throws IOException {
        return Files.walk(SET).filter(file -> file.toString().endsWith(".yaml"));
    }

    @ParameterizedTest
    @MethodSource
    void valid(Path file) throws IOException {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        if (Files.readString(file).contains("# compat: istio-1.0")) {
            Manifests.parse("mesh", OLD, "default").forEach(o -> objects.put(ObjectKey.of(o), o));
        }
        for (Path source : List.of(ENVIRONMENT, file)) {
            Manifests.read(source, "default").forEach(o -> objects.put(ObjectKey.of(o), o));
        }
        Analysis.Result result = Analysis.of(objects);
        assertThat(result.findings()).noneMatch(finding -> finding.level() == Level.ERROR);

        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 0, 0, 0), MeshCompiler.compile(result.state()));
        for (int profile = 1; profile <= Profile.NEWEST; profile++) {
            assertThat(refused(snapshot.agent("node-1", profile))).isEmpty();
        }
    }

    private static List<String> refused(
            Map<ResourceType, Map<String, VersionedResource>> resources) {
        List<String> refused = new ArrayList<>();
        resources.forEach((type, some) ->
                some.forEach((name, resource) -> {
                    if (compiler(type).compile(name, resource.body())
                            instanceof Outcome.Refused<?> outcome) {
                        refused.add(type + " " + name + ": " + outcome.message());
                    }
                }));
        return refused;
    }

    private static ResourceCompiler<?, ?> compiler(ResourceType type) {
        return switch (type) {
            case CLUSTER -> new ClusterCompiler();
            case ENDPOINTS -> new EndpointsCompiler();
            case LISTENER -> new ListenerCompiler();
            case ROUTES -> new RouteTableCompiler();
            case WORKLOAD -> new WorkloadCompiler();
            case ENROLMENT -> new EnrolmentCompiler();
        };
    }
}
