package dev.fairlead.lab.cluster.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservedTest {

    private final LabFixture lab =
            new LabFixture()
                    .apply(
                            "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {a: b}}, spec: {nodeName: node-2, containers: [{name: c, image: x, command: [y]}]}}");

    @Test
    void aPodSaysWhereItRunsAndWhetherItIsReady() {
        lab.step();
        ObjectNode pod = Observed.pod(lab.pod("p"));
        assertThat(Json.text(pod, "metadata.uid")).isEqualTo("uid-p-0");
        assertThat(pod.path("metadata").has("ownerReferences")).isFalse();
        assertThat(Json.text(pod, "spec.nodeName")).isEqualTo("node-2");
        assertThat(Json.text(pod, "spec.serviceAccountName")).isEqualTo("default");
        assertThat(Json.text(pod, "status.podIP")).isEqualTo("198.18.2.10");
        assertThat(Json.text(pod, "status.hostIP")).isEqualTo("198.18.2.1");
        assertThat(Json.at(pod, "status.podIPs")).hasToString("[{\"ip\":\"198.18.2.10\"}]");
        assertThat(ready(pod)).isEqualTo("False");
        assertThat(ready(Observed.pod(lab.ready(name -> true).pod("p")))).isEqualTo("True");
        assertThat(ready(Observed.pod(LabFixture.terminating(lab.pod("p"), LabFixture.START))))
                .isEqualTo("False");
    }

    private static String ready(ObjectNode pod) {
        return Json.at(pod, "status.conditions").path(3).path("status").asText();
    }

    @Test
    void theLaunchItselfIsNotChanged() {
        lab.step();
        String before = lab.pod("p").launch().object().toString();
        Observed.pod(lab.pod("p"));
        assertThat(lab.pod("p").launch().object()).hasToString(before);
    }

    @Test
    void aNodeHasItsAddressAndLabels() {
        ObjectNode node = Observed.node(lab.nodes.get(1));
        assertThat(Json.at(node, "status.addresses").path(0))
                .hasToString("{\"type\":\"InternalIP\",\"address\":\"198.18.2.1\"}");
        assertThat(Json.labels(node))
                .containsEntry("kubernetes.io/hostname", "node-2")
                .containsEntry("disk", "ssd");
    }

    @Test
    void aNodeTakesMoreLabelsAndKeepsItsName() {
        ObjectNode node =
                Observed.node(
                        lab.nodes
                                .get(1)
                                .labelled(Map.of("zone", "z2", "kubernetes.io/hostname", "other")));
        assertThat(Json.labels(node))
                .containsEntry("zone", "z2")
                .containsEntry("disk", "ssd")
                .containsEntry("kubernetes.io/hostname", "node-2");
    }
}
