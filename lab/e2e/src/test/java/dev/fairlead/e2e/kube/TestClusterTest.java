package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The test cluster itself, without a mesh: what the other tests take for granted of it. */
@Tag("kube")
@Tag("kube-more")
class TestClusterTest {

    private static final String HELLO =
            """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: hello}
            spec:
              selector: {matchLabels: {app: hello}}
              template:
                metadata: {labels: {app: hello}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: hello
                    image: fairlead/sleep:1
                    command: [sh, -c, "cd /tmp && echo hello from $HOSTNAME >hello && exec python3 -m http.server 5000 --bind ::"]
                    readinessProbe: {httpGet: {path: /hello, port: 5000}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: hello}
            spec:
              ipFamilyPolicy: PreferDualStack
              selector: {app: hello}
              ports: [{name: http, port: 80, targetPort: 5000}]
            """;

    @Test
    void bridgeAndIptables() {
        try (Kube kube = Kube.up("bridge-iptables", "--cni", "bridge", "--proxy", "iptables")) {
            everyPodReachesEveryPod(kube, 2);
            aRebootedNodeServesAgain(kube);
            podsServeWithoutTheApiServer(kube);
            downLeavesNothing(kube);
        }
    }

    @Test
    void routedWithNftablesAndBothFamilies() {
        try (Kube kube =
                Kube.up("ptp-nftables", "--cni", "ptp", "--proxy", "nftables", "--dual-stack")) {
            everyPodReachesEveryPod(kube, 4);
            downLeavesNothing(kube);
        }
    }

    private static void everyPodReachesEveryPod(Kube kube, int addresses) {
        assertThat(kube.nodes()).containsExactly("node-1", "node-2");
        kube.kube("image", "samples").ok();
        kube.apply(HELLO).ok();
        kube.kubectl("rollout", "status", "ds/hello", "--timeout=60s").ok();
        List<String> targets =
                new ArrayList<>(words(kube, "pods", "{.items[*].status.podIPs[*].ip}"));
        assertThat(targets).hasSize(addresses);
        targets.replaceAll(TestClusterTest::url);
        for (String service :
                words(kube, "svc", "{.items[?(@.metadata.name=='hello')].spec.clusterIPs[*]}")) {
            targets.add(url(service).replace(":5000", ":80"));
        }
        targets.add("http://hello/hello");
        targets.add("http://hello.default.svc.cluster.local/hello");
        for (String pod : pods(kube)) {
            for (String target : targets) {
                assertThat(
                                kube.in(
                                                "default",
                                                pod,
                                                "curl",
                                                "-gsS",
                                                "-m",
                                                "5",
                                                "--retry",
                                                "3",
                                                "--retry-all-errors",
                                                target)
                                        .ok())
                        .as("%s from %s", target, pod)
                        .contains("hello from");
            }
            assertThat(
                            kube.in(
                                            "default",
                                            pod,
                                            "curl",
                                            "-sSk",
                                            "-m",
                                            "5",
                                            "https://kubernetes.default/healthz")
                                    .ok())
                    .isEqualTo("ok");
            assertThat(
                            kube.in("default", pod, "curl", "-s", "-m", "5", "http://example.com/")
                                    .status())
                    .as("no such host: there is nothing outside")
                    .isEqualTo(6);
        }
        assertThat(kube.kubectl("logs", "-n", "kube-system", "deploy/coredns").ok())
                .contains("CoreDNS");
        assertThat(
                        kube.node(
                                        "control",
                                        "curl",
                                        "-sS",
                                        "-m",
                                        "5",
                                        "http://" + clusterIp(kube) + "/hello")
                                .ok())
                .as("the API server's host reaches Services, as webhooks need it")
                .contains("hello from");
    }

    private static void aRebootedNodeServesAgain(Kube kube) {
        kube.node("node-1", "sh", "-c", "touch /run/lost /etc/kept /opt/cni/bin/kept /var/lib/kept")
                .ok();
        kube.kube("node", "reboot", "node-1").ok();
        assertThat(
                        kube.node(
                                        "node-1",
                                        "sh",
                                        "-c",
                                        "ls -d /run/lost /etc/kept /opt/cni/bin/kept /var/lib/kept")
                                .out()
                                .lines())
                .containsExactly("/etc/kept", "/opt/cni/bin/kept", "/var/lib/kept");
        assertThat(kube.node("node-2", "test", "-e", "/etc/kept").status()).isEqualTo(1);
        Kube.await(
                "the rebooted node's pod answers",
                () -> {
                    String pod =
                            words(
                                            kube,
                                            "pods",
                                            "{.items[?(@.spec.nodeName=='node-1')].status.podIP}")
                                    .getFirst();
                    return kube.node("node-2", "curl", "-sS", "-m", "2", url(pod))
                            .out()
                            .contains("hello from");
                });
    }

    private static void podsServeWithoutTheApiServer(Kube kube) {
        String service = "http://" + clusterIp(kube) + "/hello";
        kube.kube("apiserver", "stop").ok();
        assertThat(kube.kubectl("get", "nodes").status()).isNotZero();
        assertThat(kube.node("node-2", "curl", "-sS", "-m", "5", service).ok())
                .contains("hello from");
        kube.kube("apiserver", "start").ok();
        assertThat(kube.nodes()).hasSize(2);
    }

    private static void downLeavesNothing(Kube kube) {
        Residue residue = Residue.of(kube);
        assertThat(residue.left()).as("what runs while it is up").isNotEmpty();
        kube.kube("down", "wipe").ok();
        assertThat(residue.left()).isEmpty();
    }

    private static List<String> pods(Kube kube) {
        return words(kube, "pods", "{.items[*].metadata.name}");
    }

    private static String clusterIp(Kube kube) {
        return words(kube, "svc", "{.items[?(@.metadata.name=='hello')].spec.clusterIP}")
                .getFirst();
    }

    private static List<String> words(Kube kube, String kind, String jsonPath) {
        return List.of(kube.kubectl("get", kind, "-o", "jsonpath=" + jsonPath).ok().split(" "));
    }

    private static String url(String address) {
        return "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":5000/hello";
    }
}
