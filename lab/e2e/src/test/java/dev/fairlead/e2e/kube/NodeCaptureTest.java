package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Capture on the nodes: every kind of probe under STRICT, pods before and without an agent, a node
 * that restarts. On routed pods, with kube-proxy's nftables mode and both families; the steps build
 * on each other.
 */
@Tag("kube")
@Tag("kube-more")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeCaptureTest {

    private static final String FILES = "lab/e2e/src/test/resources/dev/fairlead/e2e/kube/";
    private static final Duration LONG = Duration.ofSeconds(240);
    private static Kube kube;

    @BeforeAll
    static void up() {
        kube = Kube.up("node", "--cni", "ptp", "--proxy", "nftables", "--dual-stack").withImages();
        Readme.commands("### Install").forEach(command -> kube.shell(command).ok());
        kube.kubectl("apply", "-f", FILES + "node.yaml").ok();
        kube.kubectl(
                        "-n",
                        "inside",
                        "create",
                        "configmap",
                        "health",
                        "--from-file",
                        FILES + "grpc_health.py")
                .ok();
        for (String what : List.of("deploy/web", "ds/sleep", "ds/host")) {
            kube.kubectl("-n", "inside", "rollout", "status", what, "--timeout=200s").ok();
        }
    }

    @AfterAll
    static void down() {
        if (kube != null) {
            kube.close();
        }
    }

    private static List<JsonNode> pods(String namespace, String selector) {
        List<JsonNode> pods = new ArrayList<>();
        kube.get("-n", namespace, "pods", "-l", selector).get("items").forEach(pods::add);
        return pods;
    }

    private static Set<String> captured(String selector) {
        Set<String> names = new TreeSet<>();
        for (JsonNode pod : pods("inside", selector)) {
            for (JsonNode condition : pod.at("/status/conditions")) {
                if (condition.path("type").asText().equals("fairlead.dev/captured")
                        && condition.path("status").asText().equals("True")) {
                    names.add(pod.at("/metadata/name").asText());
                }
            }
        }
        return names;
    }

    private static String from(String pod, String... curl) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "exec",
                                "-n",
                                "inside",
                                pod,
                                "--",
                                "curl",
                                "-g",
                                "-s",
                                "-m",
                                "5",
                                "-o",
                                "/dev/null",
                                "-w",
                                "%{http_code}"));
        all.addAll(List.of(curl));
        return kube.kubectl(all.toArray(String[]::new)).out();
    }

    private static String name(JsonNode pod) {
        return pod.at("/metadata/name").asText();
    }

    private static String url(JsonNode podIp) {
        String ip = podIp.path("ip").asText();
        return "http://" + (ip.contains(":") ? "[" + ip + "]" : ip) + ":8080/";
    }

    @Test
    @Order(1)
    void whatRunsIsCapturedAndTheNodesOwnIsLeftAlone() {
        kube.kubectl("annotate", "namespace", "inside", "fairlead.dev/mesh=enabled").ok();
        Kube.await("web and sleep are captured", () -> captured("app in (web,sleep)").size() == 4);
        kube.apply(
                        """
                        apiVersion: security.istio.io/v1
                        kind: PeerAuthentication
                        metadata: {name: default, namespace: inside}
                        spec: {mtls: {mode: STRICT}}
                        """)
                .ok();
        assertThat(captured("app=host")).isEmpty();
        for (JsonNode web : pods("inside", "app=web")) {
            for (JsonNode ip : web.at("/status/podIPs")) {
                Kube.await(
                        "a plain client is refused at " + ip,
                        () -> kube.status("outside", url(ip)).equals("000"));
            }
        }
        for (JsonNode sleep : pods("inside", "app=sleep")) {
            assertThat(from(name(sleep), "-4", "http://web:8080/")).isEqualTo("200");
            assertThat(from(name(sleep), "-6", "http://web:8080/")).isEqualTo("200");
        }
    }

    @Test
    @Order(2)
    void probesOfEveryKindPassUnderStrict() {
        Set<String> restarts = new TreeSet<>();
        for (JsonNode web : pods("inside", "app=web")) {
            for (JsonNode container : web.at("/status/containerStatuses")) {
                assertThat(container.path("ready").asBoolean()).as(container.toString()).isTrue();
                restarts.add(container.path("restartCount").asText());
            }
        }
        assertThat(restarts).containsExactly("0");
        kube.kubectl("-n", "inside", "rollout", "restart", "deploy/web").ok();
        kube.kubectl("-n", "inside", "rollout", "status", "deploy/web", "--timeout=200s").ok();
        Kube.await("the new ones are captured", () -> captured("app=web").size() == 2);
    }

    @Test
    @Order(3)
    void theAgentsOwnPortsCannotBeReachedThroughIt() {
        String sleep = name(pods("inside", "app=sleep").getFirst());
        for (String url :
                List.of(
                        "http://forbidden/",
                        "http://forbidden:81/",
                        "http://forbidden:86/",
                        "http://admin/",
                        "http://named:15000/",
                        "http://169.254.169.254/")) {
            assertThat(from(sleep, url)).as(url).isIn("000", "503", "502", "404");
        }
        for (String node : kube.nodes()) {
            kube.node(node, "ip", "address", "add", "169.254.169.254/32", "dev", "lo").ok();
        }
        assertThat(from(sleep, "-H", "Host: 169.254.169.254", "http://web:8080/latest/meta-data/"))
                .as("by name through the mesh")
                .isIn("404", "502", "503", "000");
    }

    @Test
    @Order(4)
    void whatAnInitContainerSaysIsCaptured() {
        kube.apply(
                        """
                        apiVersion: batch/v1
                        kind: Job
                        metadata: {name: talks, namespace: inside}
                        spec:
                          completions: 3
                          backoffLimit: 0
                          template:
                            metadata: {labels: {app: talks}}
                            spec:
                              restartPolicy: Never
                              initContainers:
                              - {name: first, image: "fairlead/sleep:1", command: [curl, -sfS, -m, "20", "http://web:8080/"]}
                              containers:
                              - {name: then, image: "fairlead/sleep:1", command: [curl, -sfS, -m, "20", "http://web:8080/"]}
                        """)
                .ok();
        kube.kubectl(
                        "-n",
                        "inside",
                        "wait",
                        "--for=condition=Complete",
                        "job/talks",
                        "--timeout=200s")
                .ok();
    }

    @Test
    @Order(5)
    void withoutAnAgentPodsOfTheMeshWaitAndOthersStart() {
        select("{\"kubernetes.io/hostname\":\"node-2\"}");
        Kube.await(
                "no agent on node-1",
                () ->
                        kube.node("node-1", "ls", "/run/fairlead")
                                .out()
                                .lines()
                                .noneMatch("pods.sock"::equals));
        assertThat(kube.node("node-1", "cat", "/etc/cni/net.d/10-podnet.conflist").ok())
                .as("an agent that is away for a while leaves the plugin")
                .contains("fairlead-cni");
        pod("inside", "waits", "");
        pod("inside", "opted-out", "annotations: {fairlead.dev/mesh: disabled}, ");
        pod("outside", "passes", "");
        for (String[] free : new String[][] {{"inside", "opted-out"}, {"outside", "passes"}}) {
            kube.kubectl(
                            "-n",
                            free[0],
                            "wait",
                            "--for=condition=Ready",
                            "pod/" + free[1],
                            "--timeout=120s")
                    .ok();
        }
        Kube.await(
                "a word of why",
                () ->
                        kube.kubectl("-n", "inside", "get", "events")
                                .out()
                                .contains("no agent answers on this node"));
        assertThat(kube.get("-n", "inside", "pod", "waits").at("/status/phase").asText())
                .isEqualTo("Pending");
        select("null");
        kube.kubectl("-n", "inside", "wait", "--for=condition=Ready", "pod/waits", "--timeout=200s")
                .ok();
        assertThat(from("waits", "http://web:8080/")).isEqualTo("200");
        assertThat(kube.status("inside", "http://web:8080/")).isNotNull();
    }

    private static void select(String selector) {
        kube.kubectl(
                        "-n",
                        "fairlead-system",
                        "patch",
                        "ds",
                        "fairlead-agent",
                        "--type=merge",
                        "-p",
                        "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":" + selector + "}}}}")
                .ok();
    }

    private static void pod(String namespace, String name, String metadata) {
        kube.apply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {%sname: %s, namespace: %s}
                        spec:
                          nodeName: node-1
                          terminationGracePeriodSeconds: 0
                          containers: [{name: sleep, image: "fairlead/sleep:1", command: [sleep, infinity]}]
                        """
                                .formatted(metadata, name, namespace))
                .ok();
    }

    @Test
    @Order(6)
    void podsOfANodeThatRestartsAreCapturedBeforeTheyRun() {
        kube.kube("node", "reboot", "node-1").ok();
        Kube.await(
                "all of the mesh on node-1 runs again",
                LONG,
                () ->
                        pods("inside", "app in (web,sleep)").stream()
                                .flatMap(pod -> pod.at("/status/containerStatuses").valueStream())
                                .allMatch(container -> container.path("ready").asBoolean()),
                () -> kube.kubectl("get", "pods", "-A", "-o", "wide").out());
        for (JsonNode sleep : pods("inside", "app=sleep")) {
            Kube.await("it is served", () -> from(name(sleep), "http://web:8080/").equals("200"));
        }
    }

    @Test
    @Order(7)
    void podsThatLeaveRunOnWithoutARule() {
        kube.kubectl("annotate", "namespace", "inside", "fairlead.dev/mesh-").ok();
        Kube.await("nothing is captured", () -> captured("app in (web,sleep)").isEmpty());
        for (String node : kube.nodes()) {
            Kube.await("no rule of ours in a pod of " + node, () -> rules(node).isEmpty());
        }
        assertThat(kube.status("outside", "http://web.inside:8080/")).isEqualTo("200");
    }

    private static String rules(String node) {
        return kube.node(
                        node,
                        "sh",
                        "-c",
                        "for n in /run/netns/*; do nsenter --net=$n sh -c 'iptables-save;"
                                + " ip6tables-save' | grep FAIRLEAD; done; iptables-save | grep"
                                + " 'FAIRLEAD_POSTROUTING -d'")
                .out();
    }

    @Test
    @Order(8)
    void deletingTheManifestLeavesTheNodesAsTheyWere() {
        kube.kubectl("annotate", "namespace", "inside", "fairlead.dev/mesh=enabled").ok();
        Kube.await("captured again", () -> captured("app in (web,sleep)").size() == 4);
        kube.kubectl("delete", "-k", "deploy/daemonset", "--timeout=200s").ok();
        for (String node : kube.nodes()) {
            assertThat(rules(node)).as(node).isEmpty();
            assertThat(kube.node(node, "iptables-save").ok()).doesNotContain("FAIRLEAD");
            assertThat(kube.node(node, "ls", "/opt/cni/bin").ok()).doesNotContain("fairlead");
            assertThat(kube.node(node, "cat", "/etc/cni/net.d/10-podnet.conflist").ok())
                    .doesNotContain("fairlead");
        }
        assertThat(kube.status("outside", "http://web.inside:8080/"))
                .as("the pods serve on, and plain clients too")
                .isEqualTo("200");
    }
}
