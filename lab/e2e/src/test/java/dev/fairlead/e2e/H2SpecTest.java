package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * h2spec out of a captured pod against the agent, which has an HTTP/1.1 server behind a port named
 * http and an h2c server behind one named http2; in the same minute against a real Envoy before the
 * same HTTP/1.1 server, out of a pod that nobody captures.
 */
@Tag("lab")
class H2SpecTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final String INSIDE = "h2spec";
    private static final String OUTSIDE = "h2spec-envoy";

    /** What has no exemption: frames as everybody sends them, malformed requests, lengths. */
    private static final List<String> WHOLE =
            List.of("generic/", "http2/8.1: ", "http2/8.1.2: ", "http2/8.1.2.");

    private static H2Spec envoy;
    private static Map<String, H2Spec> agent;

    @BeforeAll
    static void judge() {
        Peers.need("h2spec", "envoy", "fortio");
        Lab lab = LAB.lab();
        lab.apply(inside() + outside());
        CompletableFuture<H2Spec> real = H2Spec.start(lab, OUTSIDE, "spec", "envoy", 8080);
        CompletableFuture<H2Spec> http = H2Spec.start(lab, INSIDE, "spec", "echo", 8080);
        CompletableFuture<H2Spec> http2 = H2Spec.start(lab, INSIDE, "spec", "h2c", 8080);
        envoy = real.join();
        agent = Map.of("http", http.join(), "http2", http2.join());
        System.out.printf("h2spec: Envoy passes %d of %d%n", envoy.passed(), H2Spec.CASES);
        agent.forEach((port, run) ->
                System.out.printf(
                        "h2spec: the agent passes %d of %d on a port named %s; it fails:%n%s",
                        run.passed(), H2Spec.CASES, port, run.table(_ -> true, "Envoy", envoy)));
    }

    /** A judge that finds all well with everything is none. */
    @Test
    void envoyPassesMostAndNotAll() {
        assertThat(envoy.passed()).isBetween(H2Spec.CASES * 8L / 10, H2Spec.CASES - 1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "http2"})
    void whatEnvoyPassesTheAgentPasses(String port) {
        assertThat(agent.get(port).table(envoy::passes, "Envoy", envoy)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "http2"})
    void framesMalformedRequestsAndLengthsHaveNoExemption(String port) {
        assertThat(agent.get(port).table(H2SpecTest::isWhole, "Envoy", envoy)).isEmpty();
        assertThat(envoy.failures().keySet())
                .filteredOn(H2SpecTest::isWhole)
                .hasSizeGreaterThan(50);
    }

    private static boolean isWhole(String test) {
        return WHOLE.stream().anyMatch(test::startsWith);
    }

    private static String inside() {
        return Echo.namespace(INSIDE, true)
                + new Echo(INSIDE, "echo", "node-2", Map.of("app", "echo"), Map.of()).withService()
                + client(INSIDE)
                + """
                apiVersion: v1
                kind: Service
                metadata: {name: h2c, namespace: h2spec}
                spec: {selector: {app: h2c}, ports: [{name: http2, port: 8080}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: h2c, namespace: h2spec, labels: {app: h2c}}
                spec:
                  nodeName: node-2
                  containers:
                  - name: fortio
                    image: peers/fortio
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                ---
                """;
    }

    private static String client(String namespace) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: spec, namespace: %s}
        spec:
          nodeName: node-1
          containers: [{name: h2spec, image: peers/h2spec}]
        ---
        """
                .formatted(namespace);
    }

    private static String outside() {
        return Echo.namespace(OUTSIDE, false)
                + new Echo(OUTSIDE, "echo", "node-2", Map.of("app", "echo"), Map.of()).withService()
                + client(OUTSIDE)
                + """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: envoy, namespace: h2spec-envoy}
                data:
                  envoy.yaml: |
                %s---
                apiVersion: v1
                kind: Service
                metadata: {name: envoy, namespace: h2spec-envoy}
                spec: {selector: {app: envoy}, ports: [{name: http, port: 8080}]}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: envoy, namespace: h2spec-envoy, labels: {app: envoy}}
                spec:
                  nodeName: node-1
                  containers:
                  - name: envoy
                    image: peers/envoy
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                    volumeMounts: [{name: config, mountPath: /etc/envoy}]
                  volumes: [{name: config, configMap: {name: envoy}}]
                ---
                """
                        .formatted(Echo.resource("envoy_h2spec.yaml").indent(4));
    }
}
