package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaConfigTest {

    private static final Map<String, String> REQUIRED =
            Map.of(
                    "FAIRLEAD_CLUSTER_DIR", "/c",
                    "FAIRLEAD_CA_DIR", "/ca",
                    "FAIRLEAD_NODE_TOKENS", "/t.json",
                    "FAIRLEAD_ROOT_CERT_FILE", "/root.pem");

    @Test
    void defaults() {
        assertThat(CaConfig.fromEnv(REQUIRED))
                .isEqualTo(
                        new CaConfig(
                                Path.of("/c"),
                                new InetSocketAddress("0.0.0.0", 15013),
                                Path.of("/ca"),
                                Path.of("/t.json"),
                                Path.of("/root.pem"),
                                "cluster.local",
                                null));
    }

    @Test
    void aMissingOrWrongVariableIsNamed() {
        assertThatThrownBy(() -> CaConfig.fromEnv(Map.of()))
                .hasMessage("FAIRLEAD_CLUSTER_DIR is not set");
        Map<String, String> wrong = new HashMap<>(REQUIRED);
        wrong.put("FAIRLEAD_CA_LIFETIME", "1 day");
        assertThatThrownBy(() -> CaConfig.fromEnv(wrong))
                .hasMessageContaining("FAIRLEAD_CA_LIFETIME \"1 day\"");
    }
}
