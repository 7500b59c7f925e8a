package dev.fairlead.pilot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.keys.HttpFetch;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.FakeAgent;
import dev.fairlead.pilot.testing.TestPilot;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.v1.report.AgentReportsGrpc;
import dev.fairlead.wire.v1.report.PodCapture;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Two replicas before the API server of KUBECONFIG, in a namespace of their own. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class KubernetesServingTest {

    private static final String DEFINITIONS =
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final String namespace = "fairlead-pilot-" + Long.toHexString(System.nanoTime());
    private final String node = namespace + "-node";
    private final KubernetesClient client = KubernetesApi.client("test");
    private final ApiWriter api = new ApiWriter(client);
    private final List<AutoCloseable> open = new ArrayList<>();
    private String podUid = "";

    @BeforeEach
    void makeObjects() throws Exception {
        for (String name :
                new String[] {"virtualservices.networking.istio.io", "agents.fairlead.dev"}) {
            Path file =
                    Path.of(System.getProperty("fairlead.root", ".."))
                            .resolve("deploy/daemonset/base/crds/" + name + ".yaml");
            create(DEFINITIONS, Files.readString(file));
            Await.until(
                    name + " is established",
                    () ->
                            api.get(DEFINITIONS + "/" + name)
                                    .body()
                                    .path("status")
                                    .path("conditions")
                                    .toString()
                                    .contains("\"Established\",\"status\":\"True\""));
        }
        create("/api/v1/namespaces", "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}");
        create(
                "/api/v1/nodes",
                "{apiVersion: v1, kind: Node, metadata: {name: %s}}".formatted(node));
        create(
                "/api/v1/namespaces/%s/serviceaccounts",
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}");
        create(
                "/api/v1/namespaces/%s/services",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {app: a}, ports: [{name: http, port: 80}]}}");
        podUid =
                create(
                                "/api/v1/namespaces/%s/pods",
                                "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: a}}, spec: {serviceAccountName: a, nodeName: "
                                        + node
                                        + ", containers: [{name: a, image: a}]}}")
                        .path("metadata")
                        .path("uid")
                        .asText();
        patch(
                "/api/v1/namespaces/%s/pods/a/status",
                ApiWriter.STRATEGIC_MERGE,
                "{status: {phase: Running, podIP: 198.18.7.7, podIPs: [{ip: 198.18.7.7}]}}");
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        client.genericKubernetesResources("fairlead.dev/v1alpha1", "Agent").withName(node).delete();
        client.pods().inNamespace(namespace).withName("a").withGracePeriod(0).delete();
        client.nodes().withName(node).delete();
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private JsonNode create(String path, String yaml) throws IOException {
        ApiWriter.Answer answer =
                api.create(path.formatted(namespace), Yaml.parse(yaml.replace("%s", namespace)));
        assertThat(answer.written() || answer.conflict()).as(answer.message()).isTrue();
        return answer.body();
    }

    private void patch(String path, String type, String yaml) throws IOException {
        ApiWriter.Answer answer = api.patch(path.formatted(namespace), type, Yaml.parse(yaml));
        assertThat(answer.written()).as(answer.message()).isTrue();
    }

    private void route(String routes) throws IOException {
        patch(
                rule() + "?fieldManager=test&force=true",
                ApiWriter.APPLY,
                "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {hosts: [a], http: [%s]}}"
                        .formatted(routes));
    }

    private String rule() {
        return "/apis/networking.istio.io/v1/namespaces/" + namespace + "/virtualservices/a";
    }

    private TestPilot pilot(String replica) throws Exception {
        var config =
                new PilotConfig.Cluster.Kubernetes(
                        namespace, "fairlead", new InetSocketAddress(0), replica);
        var cluster = new KubernetesCluster(config, new HttpFetch(null));
        open.add(cluster);
        var pilot = new TestPilot(cluster);
        open.add(pilot);
        Await.until("synced", () -> pilot.pilot().ready());
        return pilot;
    }

    private FakeAgent agent(TestPilot pilot, String onNode) {
        var agent = new FakeAgent(pilot.channel(onNode)).connect();
        open.add(agent);
        return agent;
    }

    private static boolean has(FakeAgent agent, String mark) {
        return agent.held(ResourceType.ROUTES).values().stream()
                .anyMatch(table -> table.getResource().getValue().toStringUtf8().contains(mark));
    }

    private String condition(String type) throws IOException {
        for (JsonNode one : api.get(rule()).body().path("status").path("conditions")) {
            if (one.path("type").asText().equals(type)) {
                return one.path("observedGeneration").asText()
                        + " "
                        + one.path("status").asText()
                        + " "
                        + one.path("reason").asText()
                        + " "
                        + one.path("message").asText();
            }
        }
        return "";
    }

    @Test
    void aRouteReachesTheAgentAndSaysSo() throws Exception {
        var agent = agent(pilot("replica-1"), node);
        route("{name: first, route: [{destination: {host: a}}]}");
        Await.until("served", () -> has(agent, "first"));
        Await.until("accepted", () -> condition("Accepted").equals("1 True Accepted "));
        Await.until("programmed", () -> condition("Programmed").startsWith("1 True Programmed "));
        JsonNode object = api.get("/apis/fairlead.dev/v1alpha1/agents/" + node).body();
        assertThat(object.path("status").path("pilot").asText()).isEqualTo("replica-1");
        assertThat(object.path("metadata").path("ownerReferences")).hasSize(1);

        route("{name: second, corsPolicyy: {}, route: [{destination: {host: a}}]}");
        Await.until("refused", () -> condition("Accepted").startsWith("2 False "));
        assertThat(condition("Programmed")).isEqualTo("2 False NotAccepted ");
        assertThat(has(agent, "first")).isTrue();
    }

    @Test
    void replicasServeTheSameVersionsAndKnowEachOthersReports() throws Exception {
        var one = pilot("replica-1");
        var other = pilot("replica-2");
        route("{name: first, route: [{destination: {host: a}}]}");
        var agents = List.of(agent(one, node), agent(other, node));
        for (FakeAgent agent : agents) {
            Await.until("served", () -> has(agent, "first"));
        }
        Await.until("equal", () -> versions(agents.getFirst()).equals(versions(agents.getLast())));

        var report =
                ReportPodsRequest.newBuilder()
                        .addPods(
                                PodCapture.newBuilder()
                                        .setUid(podUid)
                                        .setNamespace(namespace)
                                        .setName("a")
                                        .setCaptured(true))
                        .build();
        assertThat(AgentReportsGrpc.newBlockingStub(one.channel(node)).reportPods(report))
                .isNotNull();
        for (FakeAgent agent : agents) {
            Await.until("captured", () -> captured(agent));
        }
        assertThat(captured(agent(pilot("replica-3"), node, podUid))).isTrue();
    }

    private FakeAgent agent(TestPilot pilot, String onNode, String uid) throws Exception {
        var agent = agent(pilot, onNode);
        Await.until("served", () -> agent.held(ResourceType.WORKLOAD).containsKey(uid));
        return agent;
    }

    private boolean captured(FakeAgent agent) throws Exception {
        Resource workload = agent.held(ResourceType.WORKLOAD).get(podUid);
        return workload != null && workload.getResource().unpack(Workload.class).getCaptured();
    }

    private static Map<String, String> versions(FakeAgent agent) {
        Map<String, String> versions = new TreeMap<>();
        for (ResourceType type : ResourceType.values()) {
            agent.held(type).forEach((name, one) -> versions.put(type + name, one.getVersion()));
        }
        return versions;
    }
}
