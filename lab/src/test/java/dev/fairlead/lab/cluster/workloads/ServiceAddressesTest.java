package dev.fairlead.lab.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAddressesTest {

    private final ServiceAddresses addresses = new ServiceAddresses();
    private final Map<ObjectKey, com.fasterxml.jackson.databind.JsonNode> applied = new HashMap<>();

    private ObjectNode apply(String name, String spec) {
        String yaml =
                "{apiVersion: v1, kind: Service, metadata: {name: "
                        + name
                        + "}, spec: {"
                        + spec
                        + "}}";
        ObjectNode service = Manifests.parse("s", yaml, "default").getFirst();
        ObjectKey key = ObjectKey.of(service);
        addresses.complete(service, applied.get(key), new Applied(applied));
        applied.put(key, service);
        return service;
    }

    private static String ip(ObjectNode service) {
        return Json.text(service, "spec.clusterIP");
    }

    @Test
    void eachGetsItsOwnAndKeepsItWhenAppliedAgain() {
        assertThat(ip(apply("a", ""))).isEqualTo("198.19.0.10");
        assertThat(ip(apply("b", "clusterIP: 198.19.0.11"))).isEqualTo("198.19.0.11");
        assertThat(ip(apply("c", ""))).isEqualTo("198.19.0.12");
        assertThat(ip(apply("a", "selector: {x: y}"))).isEqualTo("198.19.0.10");
        assertThat(ip(apply("d", "clusterIP: None"))).isEqualTo("None");
        assertThat(ip(apply("kubernetes", ""))).isEqualTo(ServiceAddresses.KUBERNETES);
        assertThat(apply("e", "type: ExternalName, externalName: x").path("spec").has("clusterIP"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clusterIP: 10.0.0.1 | Service default/b: spec.clusterIP: 10.0.0.1 is not in 198.19.0.0/16",
                "clusterIP: 198.19.0.1 | Service default/b: spec.clusterIP: 198.19.0.1 is already allocated",
                "clusterIP: 198.19.0.10 | Service default/b: spec.clusterIP: 198.19.0.10 is already allocated",
                "type: NodePort, ports: [{port: 1, nodePort: 80}] | Service default/b: spec.ports.nodePort: 80 is not in 30000-32767",
            })
    void whatCannotBeHadIsAnError(String spec, String message) {
        apply("a", "");
        assertThatThrownBy(() -> apply("b", spec)).hasMessage(message.strip());
    }

    @Test
    void nodePortsAreGivenAndKept() {
        ObjectNode first =
                apply("a", "type: NodePort, ports: [{port: 80}, {port: 81, nodePort: 30001}]");
        assertThat(Json.at(first, "spec.ports").toString()).contains("30000", "30001");
        ObjectNode again = apply("a", "type: NodePort, ports: [{port: 81}, {port: 80}]");
        assertThat(Json.at(again, "spec.ports"))
                .hasToString("[{\"port\":81,\"nodePort\":30001},{\"port\":80,\"nodePort\":30000}]");
    }
}
