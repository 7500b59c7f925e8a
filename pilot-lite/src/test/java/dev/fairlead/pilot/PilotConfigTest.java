package dev.fairlead.pilot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PilotConfigTest {

    private static final Map<String, String> NEEDED =
            Map.of(
                    "FAIRLEAD_CLUSTER_DIR", "/c",
                    "FAIRLEAD_CA", "ca:15013",
                    "FAIRLEAD_TOKEN_FILE", "/t",
                    "FAIRLEAD_NODE_TOKENS", "/n",
                    "FAIRLEAD_ROOT_CERT_FILE", "/r");

    @Test
    void defaults() {
        assertThat(PilotConfig.fromEnv(NEEDED))
                .isEqualTo(
                        new PilotConfig(
                                Path.of("/c"),
                                new InetSocketAddress("0.0.0.0", 15012),
                                new InetSocketAddress("0.0.0.0", 15014),
                                "ca:15013",
                                Path.of("/t"),
                                Path.of("/n"),
                                Path.of("/r"),
                                "cluster.local"));
    }

    @Test
    void eachOfTheseIsNeeded() {
        for (String name : NEEDED.keySet()) {
            Map<String, String> env = new HashMap<>(NEEDED);
            env.remove(name);
            assertThatThrownBy(() -> PilotConfig.fromEnv(env)).hasMessage(name + " is not set");
        }
    }

    @Test
    void aWrongAddressIsNamed() {
        Map<String, String> env = new HashMap<>(NEEDED);
        env.put("FAIRLEAD_LISTEN", "15012");
        assertThatThrownBy(() -> PilotConfig.fromEnv(env))
                .hasMessageStartingWith("FAIRLEAD_LISTEN: ");
    }
}
