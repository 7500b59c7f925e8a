package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which of four pods, two on each node and each node a zone, answers a client on node-1. */
@Tag("lab")
class BalancingTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String NAMESPACE = "balancing";
    private static final String URL = "http://echo:8080/";
    private static final Pattern POD = Pattern.compile("\\{\"pod\": \"([a-z0-9-]+)\"");

    private static final String ZONES = zone("node-1", "z1") + zone("node-2", "z2");

    private static Lab lab;

    private static String zone(String node, String zone) {
        return """
        apiVersion: v1
        kind: Node
        metadata: {name: %s, labels: {topology.kubernetes.io/region: r, topology.kubernetes.io/zone: %s}}
        ---
        """
                .formatted(node, zone);
    }

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                ZONES
                        + Echo.namespace(NAMESPACE, true)
                        + pod("near-1", "node-1")
                        + pod("near-2", "node-1")
                        + pod("far-1", "node-2")
                        + pod("far-2", "node-2")
                        + new Echo(NAMESPACE, "client", "node-1", Map.of(), Map.of()).manifest()
                        + Echo.service(NAMESPACE, "echo", Map.of("app", "echo"), ""));
    }

    @AfterAll
    static void noZones() {
        lab.delete(ZONES);
    }

    private static String pod(String name, String node) {
        return new Echo(NAMESPACE, name, node, Map.of("app", "echo"), Map.of()).manifest();
    }

    private static void policy(String policy) {
        lab.apply(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: echo, namespace: balancing}
                spec: {host: echo, trafficPolicy: %s}
                """
                        .formatted(policy));
    }

    /** How often each pod answered {@code n} requests, one after the other. */
    private static Map<String, Integer> answers(int n, String... options) {
        String quoted = options.length == 0 ? "" : " '" + String.join("' '", options) + "'";
        String text =
                lab.run(
                                "exec",
                                "-n",
                                NAMESPACE,
                                "client",
                                "--",
                                "sh",
                                "-c",
                                "curl -sf -m 60" + quoted + " '" + URL + "[1-" + n + "]'")
                        .ok();
        Map<String, Integer> answers = new TreeMap<>();
        Matcher pods = POD.matcher(text);
        while (pods.find()) {
            answers.merge(pods.group(1), 1, Integer::sum);
        }
        assertThat(answers.values().stream().mapToInt(i -> i).sum()).as(text).isEqualTo(n);
        return answers;
    }

    @Test
    void headerSticksToAPodAndUsersAreSpread() {
        policy("{loadBalancer: {consistentHash: {httpHeaderName: x-user}}}");
        Map<String, String> byUser = new TreeMap<>();
        for (int user = 0; user < 12; user++) {
            Map<String, Integer> answers = answers(5, "-H", "x-user: user-" + user);
            assertThat(answers).hasSize(1);
            byUser.putAll(Map.of("user-" + user, answers.keySet().iterator().next()));
        }
        assertThat(byUser.values().stream().distinct().count()).isGreaterThan(1);
    }

    /** Who has no cookie is given one. */
    @Test
    void cookieSticksToThePodThatWasFirst() {
        policy(
                "{loadBalancer: {consistentHash: {maglev: {tableSize: 1021}, httpCookie: {name: user, ttl: 60s,"
                        + " path: /}}}}");
        Curl first = Curl.from(lab, NAMESPACE, "client", "-i", "-c", "/tmp/jar", URL);
        assertThat(first.body())
                .containsPattern("set-cookie: user=\"[0-9a-f]+\"; Max-Age=60; Path=/; HttpOnly");
        Matcher pod = POD.matcher(first.body());
        assertThat(pod.find()).isTrue();
        assertThat(answers(8, "-b", "/tmp/jar")).containsOnlyKeys(pod.group(1));
    }

    @Test
    void placesGetTheSharesThatTheRuleSays() {
        policy(
                "{loadBalancer: {localityLbSetting: {distribute: [{from: r/z1, to: {r/z1: 80, r/z2: 20}}]}}}");
        int n = 1000; // deviation 1.26 points
        Map<String, Integer> answers = answers(n);
        assertThat(answers).hasSize(4);
        new Share(n, answers.get("near-1") + answers.get("near-2")).isAbout(80, 6);
    }

    @Test
    void requestsStayInTheirZoneUntilNobodyIsLeftThere() {
        policy("{outlierDetection: {consecutive5xxErrors: 5}}");
        assertThat(answers(20)).containsOnlyKeys("near-1", "near-2");
        String near = pod("near-1", "node-1") + pod("near-2", "node-1");
        lab.delete(near);
        assertThat(answers(20)).containsOnlyKeys("far-1", "far-2");
        lab.apply(near);
        assertThat(answers(20)).containsOnlyKeys("near-1", "near-2");
    }
}
