package dev.fairlead.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentTableTest {

    private static JsonNode yaml(String text) throws IOException {
        return new YAMLMapper().readTree(text);
    }

    @Test
    void saysWhoIsBehindAndWhatIsNotInForce() throws IOException {
        JsonNode one =
                yaml(
                        """
                        metadata: {name: node-1}
                        status: {connected: true, version: 0.1.0, profile: 2, pilot: pilot-a, ackedRevision: "120"}
                        """);
        JsonNode two =
                yaml(
                        """
                        metadata: {name: node-2}
                        status:
                          connected: false
                          profile: 1
                          ackedRevision: "100"
                          rejected:
                          - {type: type.googleapis.com/envoy.config.route.v3.RouteConfiguration, resource: outbound|80|shop, message: too long}
                        """);
        JsonNode sidecar =
                yaml(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: Sidecar
                        metadata: {namespace: shop, name: own}
                        status:
                          conditions:
                          - {type: Accepted, status: "True"}
                          - {type: Programmed, status: "False", reason: AgentTooOld, message: "needs agents of profile 2"}
                        """);
        assertThat(
                        AgentTable.lines(
                                List.of(two, one),
                                List.of("node-1", "node-2", "node-3"),
                                Map.of(ObjectKey.of(sidecar), sidecar)))
                .containsExactly(
                        "NODE     CONNECTED   VERSION   PROFILE   PILOT     REVISION   BEHIND   REJECTED",
                        "node-1   yes         0.1.0     2         pilot-a   120        0        0",
                        "node-2   no          -         1         -         100        20       1",
                        "node-3   no agent    -         -         -         -          -        -",
                        "node-2 rejects RouteConfiguration outbound|80|shop: too long",
                        "Sidecar shop/own is not Programmed: AgentTooOld needs agents of profile 2");
    }
}
