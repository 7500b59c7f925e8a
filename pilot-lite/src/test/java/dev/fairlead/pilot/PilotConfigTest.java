package dev.fairlead.pilot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.pilot.PilotConfig.Cluster;
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
                                new Cluster.Directory(Path.of("/c"), Path.of("/n")),
                                new InetSocketAddress("0.0.0.0", 15012),
                                new InetSocketAddress("0.0.0.0", 15014),
                                "ca:15013",
                                Path.of("/t"),
                                Path.of("/r"),
                                null,
                                "cluster.local"));
    }

    @Test
    void eachOfTheseIsNeeded() {
        for (String name : NEEDED.keySet()) {
            if (name.equals("FAIRLEAD_CLUSTER_DIR")) {
                continue; // there is another way
            }
            Map<String, String> env = new HashMap<>(NEEDED);
            env.remove(name);
            assertThatThrownBy(() -> PilotConfig.fromEnv(env)).hasMessage(name + " is not set");
        }
    }

    @Test
    void thereIsOneSourceOfObjects() {
        String message =
                "exactly one of FAIRLEAD_CLUSTER_DIR and FAIRLEAD_KUBERNETES=true must be set";
        Map<String, String> env = new HashMap<>(NEEDED);
        env.put("FAIRLEAD_KUBERNETES", "true");
        assertThatThrownBy(() -> PilotConfig.fromEnv(env)).hasMessage(message);
        env.remove("FAIRLEAD_CLUSTER_DIR");
        env.remove("FAIRLEAD_NODE_TOKENS");
        assertThat(PilotConfig.fromEnv(env).cluster())
                .isEqualTo(
                        new Cluster.Kubernetes(
                                "fairlead-system",
                                "fairlead",
                                new InetSocketAddress("0.0.0.0", 15017),
                                "pilot-lite"));
        env.remove("FAIRLEAD_KUBERNETES");
        assertThatThrownBy(() -> PilotConfig.fromEnv(env)).hasMessage(message);
    }

    @Test
    void keysMayBeServedByAPrivateAuthority() {
        Map<String, String> env = new HashMap<>(NEEDED);
        env.put("FAIRLEAD_JWKS_ROOTS_FILE", "/extra.pem");
        assertThat(PilotConfig.fromEnv(env).jwksRoots()).isEqualTo(Path.of("/extra.pem"));
    }

    @Test
    void aWrongAddressIsNamed() {
        Map<String, String> env = new HashMap<>(NEEDED);
        env.put("FAIRLEAD_LISTEN", "15012");
        assertThatThrownBy(() -> PilotConfig.fromEnv(env))
                .hasMessageStartingWith("FAIRLEAD_LISTEN: ");
    }
}
