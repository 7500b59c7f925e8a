package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fairlead.e2e.Launcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Helm chart and the kustomize base are two ways to the same objects. */
@Tag("kube")
class ChartTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String CHART = "deploy/daemonset/chart";

    @BeforeEach
    void tools() {
        Assumptions.assumeTrue(
                System.getenv("FAIRLEAD_KUBE") != null,
                "SKIPPED: no helm here (./fairlead test kube)");
    }

    private static Launcher.Result client(String... arguments) {
        String cache = System.getenv().getOrDefault("FAIRLEAD_CACHE", home() + "/.cache/fairlead");
        List<String> command = new ArrayList<>(List.of(arguments));
        command.set(0, cache + "/kube/bin/" + command.getFirst());
        return Launcher.run(Map.of(), "", command);
    }

    private static String home() {
        return System.getProperty("user.home");
    }

    private static Launcher.Result chart(String... more) {
        List<String> command =
                new ArrayList<>(
                        List.of("helm", "template", "fairlead", CHART, "--kube-version", "1.34.0"));
        command.addAll(List.of(more));
        return client(command.toArray(String[]::new));
    }

    @Test
    void rendersTheSameObjects() throws IOException {
        String helm = chart("-n", "fairlead-system", "--set", "createNamespace=true").ok();
        String kustomize = client("kubectl", "kustomize", "deploy/daemonset").ok();
        assertThat(objects(helm)).isNotEmpty().isEqualTo(objects(kustomize));
    }

    @Test
    void valuesReachTheObjects() throws IOException {
        String helm =
                chart(
                                "-n",
                                "fairlead-system",
                                "--set",
                                "image.registry=registry.example/,pilot.replicas=3,mesh.compat=istio-1.0,"
                                        + "agent.env.FAIRLEAD_WORKERS=2,ca.lifetime=PT1H,webhook.enabled=false,"
                                        + "image.pullSecrets[0].name=pull,agent.nodeSelector.mesh=on")
                        .ok();
        Map<String, JsonNode> objects = objects(helm);
        assertThat(objects.keySet()).noneMatch(key -> key.startsWith("Webhook"));
        JsonNode pilot = objects.get("Deployment/fairlead-pilot");
        assertThat(pilot.at("/spec/replicas").asInt()).isEqualTo(3);
        JsonNode pod = objects.get("DaemonSet/fairlead-agent").at("/spec/template/spec");
        assertThat(pod.at("/containers/0/image").asText())
                .isEqualTo("registry.example/fairlead/agent:0.1.0");
        assertThat(pod.at("/imagePullSecrets/0/name").asText()).isEqualTo("pull");
        assertThat(pod.at("/nodeSelector/mesh").asText()).isEqualTo("on");
        assertThat(pod.at("/containers/0/env").toString())
                .contains("{\"name\":\"FAIRLEAD_WORKERS\",\"value\":\"2\"}");
        assertThat(objects.get("Deployment/fairlead-ca").toString()).contains("PT1H");
        assertThat(objects.get("ConfigMap/mesh").at("/data/mesh/compat").asText())
                .isEqualTo("istio-1.0");
    }

    @Test
    void overlaysChangeWhatTheySay() throws IOException {
        Map<String, JsonNode> base =
                objects(client("kubectl", "kustomize", "deploy/daemonset").ok());
        Map<String, JsonNode> single = overlay("single");
        assertThat(single.get("Deployment/fairlead-ca").at("/spec/replicas").asInt()).isEqualTo(1);
        assertThat(single.get("Deployment/fairlead-pilot").at("/spec/replicas").asInt())
                .isEqualTo(1);
        JsonNode available = overlay("available").get("Deployment/fairlead-pilot");
        assertThat(available.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(available.at("/spec/template/spec/affinity/podAntiAffinity").toString())
                .contains("requiredDuringScheduling", "fairlead-pilot")
                .doesNotContain("preferred");
        assertThat(overlay("cri-o").get("DaemonSet/fairlead-agent").toString())
                .contains("/run/crio");
        assertThat(single.keySet()).isEqualTo(base.keySet());
    }

    private static Map<String, JsonNode> overlay(String name) throws IOException {
        return objects(client("kubectl", "kustomize", "deploy/daemonset/overlays/" + name).ok());
    }

    @Test
    void anotherNamespaceIsRefusedInWords() {
        assertThat(chart("-n", "default").err()).contains("installed in namespace fairlead-system");
    }

    private static Map<String, JsonNode> objects(String yaml) throws IOException {
        Map<String, JsonNode> objects = new TreeMap<>();
        try (var parser = new YAMLFactory().createParser(yaml);
                var documents = YAML.readValues(parser, JsonNode.class)) {
            while (documents.hasNext()) {
                JsonNode object = documents.next();
                if (object == null || object.isNull()) {
                    continue;
                }
                if (object.path("data") instanceof ObjectNode data && data.has("mesh")) {
                    data.set("mesh", YAML.readTree(data.get("mesh").asText())); // text may differ
                }
                objects.put(
                        object.path("kind").asText() + "/" + object.at("/metadata/name").asText(),
                        object);
            }
        }
        return objects;
    }
}
