package dev.fairlead.lab.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.cluster.workloads.Plan;
import dev.fairlead.lab.cluster.workloads.Unsupported;
import dev.fairlead.lab.cluster.workloads.Workloads;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Istio's own sample YAML, unmodified, is read and gives pods to start. */
class SuitesTest {

    private static final String IMAGES =
            """
            images:
            - {name: any, aliases: ["istio/*", "*kennethreitz/httpbin", "pstauffer/curl"], command: [run]}
            """;

    private static Path samples() {
        Path root = Path.of(System.getProperty("fairlead.root", "."));
        String given =
                System.getProperty(
                        "fairlead.suites", System.getenv().getOrDefault("FAIRLEAD_SUITES", ""));
        Path suites = given.isEmpty() ? root.resolve("../shared/suites") : Path.of(given);
        Path samples = suites.resolve("istio-samples-1.2.2").normalize();
        if (!Files.isDirectory(samples)) {
            System.err.println("SKIPPED: Istio's samples are not at " + samples);
        }
        assumeTrue(Files.isDirectory(samples), "no " + samples);
        return samples;
    }

    @Test
    void everyYamlOfTheSamplesIsRead() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(samples())) {
            files = all.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(30);
        for (Path file : files) {
            assertThat(Manifests.read(file, "default")).as(file.toString()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bookinfo/platform/kube/bookinfo.yaml, 6",
        "sleep/sleep.yaml, 1",
        "httpbin/httpbin.yaml, 1",
        "httpbin/httpbin-nodeport.yaml, 1",
        "helloworld/helloworld.yaml, 2",
        "tcp-echo/tcp-echo-services.yaml, 2",
        "tcp-echo/tcp-echo.yaml, 1",
    })
    void theirWorkloadsArePlannedWithoutAWarning(String file, int pods) throws IOException {
        List<ObjectNode> objects = Manifests.read(samples().resolve(file), "default");
        Map<ObjectKey, JsonNode> byKey = new HashMap<>();
        objects.forEach(object -> byKey.put(ObjectKey.of(object), object));
        LabNode node = new LabNode("node-1", 1, Map.of(), LabFixture.START);
        Plan plan =
                new Workloads(LabFixture.images(IMAGES), new Random(1))
                        .reconcile(new Applied(byKey), List.of(), List.of(node));
        assertThat(plan.blocked()).isEmpty();
        assertThat(plan.create()).hasSize(pods);
        assertThat(objects).allSatisfy(o -> assertThat(Unsupported.warnings(o)).isEmpty());
    }
}
