package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Traffic while parts of the control plane, of the cluster's and of ours, are away. */
@Tag("kube")
@Tag("kube-more")
class ResilienceTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static Kube kube;

    @BeforeAll
    static void up() {
        kube = Kube.up("resilience").withImages();
        Readme.commands("### Install").forEach(command -> kube.shell(command).ok());
        kube.kubectl("annotate", "namespace", "default", "fairlead.dev/mesh=enabled").ok();
        kube.kubectl(
                        "apply",
                        "-f",
                        "samples/bookinfo",
                        "-f",
                        "samples/fortio",
                        "-f",
                        "samples/sleep/sleep.yaml")
                .ok();
        kube.kubectl("apply", "-f", "samples/bookinfo/networking/destination-rule-all.yaml").ok();
        kube.kubectl("wait", "--for=condition=Available", "deploy", "--all", "--timeout=180s").ok();
    }

    @AfterAll
    static void down() {
        if (kube != null) {
            kube.close();
        }
    }

    /**
     * Requests at a steady rate from a pod of the mesh, nothing retried. They go on by themselves,
     * for the API server may not be there to be asked; {@link #report} is what became of them.
     */
    private static String load(int seconds) {
        String file = "/tmp/load-" + System.nanoTime() + ".json";
        String command =
                "(fortio load -quiet -allow-initial-errors -qps 50 -c 4 -t %ds -json %s.part"
                        + " http://details:9080/details/0; mv %s.part %s)"
                        + " >/dev/null 2>&1 </dev/null &";
        kube.in(
                        "default",
                        "deploy/fortio",
                        "sh",
                        "-c",
                        command.formatted(seconds, file, file, file))
                .ok();
        return file;
    }

    private static JsonNode report(String file) {
        Kube.await(
                "the load to end",
                () -> kube.in("default", "deploy/fortio", "test", "-s", file).status() == 0);
        return Kube.json(kube.in("default", "deploy/fortio", "cat", file).ok());
    }

    private static int failed(JsonNode report) {
        int failed = 0;
        int answered = 0;
        for (var code : report.get("RetCodes").properties()) {
            if (code.getKey().equals("200")) {
                answered += code.getValue().asInt();
            } else {
                failed += code.getValue().asInt();
            }
        }
        System.out.println("answers: " + report.get("RetCodes") + " of " + report.get("StartTime"));
        assertThat(answered).isPositive();
        return failed;
    }

    @Test
    void theApiServerIsAwayForAMinuteAndPilotLiteRestartsMeanwhile() throws Exception {
        var load = load(75);
        kube.kube("apiserver", "stop").ok();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        for (String node : List.of("node-1", "node-2")) {
            kube.node(node, "sh", "-c", "kill -9 $(pgrep -f '[P]ilotLite') 2>/dev/null; true").ok();
        }
        while (System.nanoTime() < end) {
            Thread.sleep(200); // the minute is what is asked for
        }
        kube.kube("apiserver", "start").ok();
        assertThat(failed(report(load))).as("requests lost").isZero();
        Kube.await("config flows again", () -> routedTo("v3") && routedTo("v2"));
    }

    private static boolean routedTo(String version) {
        kube.apply(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews, namespace: default}
                spec:
                  hosts: [reviews]
                  http: [{route: [{destination: {host: reviews, subset: %s}}]}]
                """
                        .formatted(version));
        String colour = version.equals("v3") ? "red" : "black";
        for (int i = 0; i < 20; i++) {
            if (kube.in(
                            "default",
                            "deploy/fortio",
                            "fortio",
                            "curl",
                            "-quiet",
                            "http://reviews:9080/reviews/0")
                    .out()
                    .contains(colour)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void oneOfThreeReplicasIsKilled() {
        kube.kubectl("-n", "fairlead-system", "scale", "deploy/fairlead-pilot", "--replicas=3")
                .ok();
        kube.kubectl(
                        "-n",
                        "fairlead-system",
                        "rollout",
                        "status",
                        "deploy/fairlead-pilot",
                        "--timeout=120s")
                .ok();
        var load = load(40);
        for (String pod : pilots()) {
            kube.kubectl(
                            "-n",
                            "fairlead-system",
                            "delete",
                            "pod",
                            pod,
                            "--grace-period=1",
                            "--wait=false")
                    .ok();
            long killed = System.nanoTime();
            Kube.await(
                    "every agent has another source than " + pod,
                    SOON,
                    () -> sources().size() == 2 && !sources().contains(pod),
                    () -> sources().toString());
            System.out.printf(
                    "a replica killed: every agent shown with another after %d ms%n",
                    (System.nanoTime() - killed) / 1_000_000);
        }
        assertThat(failed(report(load))).as("requests lost").isZero();
    }

    private static List<String> pilots() {
        return List.of(
                kube.kubectl(
                                "-n",
                                "fairlead-system",
                                "get",
                                "pods",
                                "-l",
                                "app.kubernetes.io/name=fairlead-pilot",
                                "-o",
                                "jsonpath={.items[*].metadata.name}")
                        .ok()
                        .split(" "));
    }

    /** The replicas that the connected agents are connected to, one an agent. */
    private static List<String> sources() {
        return kube.get("agents.fairlead.dev")
                .get("items")
                .valueStream()
                .filter(agent -> agent.at("/status/connected").asBoolean())
                .map(agent -> agent.at("/status/pilot").asText())
                .toList();
    }

    @Test
    void agentsAreRestartedOneAfterTheOther() {
        var load = load(90);
        kube.kubectl("-n", "fairlead-system", "rollout", "restart", "ds/fairlead-agent").ok();
        kube.kubectl(
                        "-n",
                        "fairlead-system",
                        "rollout",
                        "status",
                        "ds/fairlead-agent",
                        "--timeout=120s")
                .ok();
        JsonNode report = report(load);
        System.out.println("rolling restart under load: " + report.get("RetCodes"));
        assertThat(kube.status("default", "http://details:9080/details/0")).isEqualTo("200");
    }
}
