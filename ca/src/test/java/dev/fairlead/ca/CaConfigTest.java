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
                                new CaConfig.Directory(
                                        Path.of("/c"),
                                        Path.of("/ca"),
                                        Path.of("/t.json"),
                                        Path.of("/root.pem")),
                                new InetSocketAddress("0.0.0.0", 15013),
                                new InetSocketAddress("0.0.0.0", 15016),
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

    @Test
    void onKubernetesNoFolderIsNeeded() {
        assertThat(CaConfig.fromEnv(Map.of("FAIRLEAD_KUBERNETES", "true")).home())
                .isEqualTo(new CaConfig.Kubernetes("fairlead-system", "fairlead"));
    }

    @Test
    void exactlyOneHome() {
        Map<String, String> both = new HashMap<>(REQUIRED);
        both.put("FAIRLEAD_KUBERNETES", "true");
        assertThatThrownBy(() -> CaConfig.fromEnv(both)).hasMessageContaining("expected one");
        both.put("FAIRLEAD_KUBERNETES", "yes");
        assertThatThrownBy(() -> CaConfig.fromEnv(both)).hasMessageContaining("\"yes\"");
    }
}
