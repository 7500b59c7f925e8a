package dev.fairlead.lab.cluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.LabFixture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class KubeProxyRulesTest {

    static final String SERVICES =
            """
            {apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: a}}, spec: {nodeName: node-1, containers: [{name: c, image: x, command: [y]}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: a}}, spec: {nodeName: node-2, containers: [{name: c, image: x, command: [y]}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, clusterIP: 198.19.0.10, selector: {app: a}, ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: names}, spec: {clusterIP: 198.19.0.11, selector: {app: a}, ports: [{port: 53, protocol: UDP}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: nobody}, spec: {type: NodePort, clusterIP: 198.19.0.12, selector: {app: none}, ports: [{port: 80, nodePort: 30081}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: head}, spec: {clusterIP: None, selector: {app: a}, ports: [{port: 80}]}}
            """;

    static KubeProxyRules render(LabFixture lab, KubeProxyRules previous) {
        return KubeProxyRules.render(
                lab.nodes.getFirst(),
                lab.applied(),
                Endpoints.slices(lab.applied(), lab.pods),
                previous);
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = KubeProxyRulesTest.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theFirstTextHooksItselfIn() throws IOException {
        LabFixture lab = new LabFixture().apply(SERVICES).settle();
        assertThat(render(lab, KubeProxyRules.NONE).text())
                .isEqualTo(golden("kube-proxy-first.txt"));
    }

    @Test
    void aLaterTextRewritesItsOwnChainsAndRemovesTheStale() throws IOException {
        LabFixture lab = new LabFixture().apply(SERVICES).settle();
        KubeProxyRules first = render(lab, KubeProxyRules.NONE);
        lab.remove("", "Pod", "b").remove("", "Service", "names").settle();
        assertThat(render(lab, first).text()).isEqualTo(golden("kube-proxy-later.txt"));
    }

    @Test
    void nothingChangedNothingChanges() {
        LabFixture lab = new LabFixture().apply(SERVICES).settle();
        KubeProxyRules second = render(lab, render(lab, KubeProxyRules.NONE));
        assertThat(render(lab, second)).isEqualTo(second);
    }

    @Test
    void withoutServicesThereAreStillTheChainsThatPodsPass() {
        assertThat(render(new LabFixture(), KubeProxyRules.NONE).chains())
                .containsExactlyInAnyOrder(
                        "KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ");
    }
}
