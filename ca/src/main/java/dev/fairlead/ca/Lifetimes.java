package dev.fairlead.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a certificate lives: the default is also the most that a caller may ask for. Thread:
 * any; the mesh setting is replaced whole.
 */
final class Lifetimes {

    static final Duration MODERN = Duration.ofHours(24);
    static final Duration ISTIO_1_0 = Duration.ofDays(90);
    private static final Duration MIN = Duration.ofMinutes(5); // shorter only rotates for nothing

    private static final YAMLMapper YAML = new YAMLMapper();

    private final @Nullable Duration fixed;
    private volatile Duration byMesh = MODERN;

    /** {@code fixed}: in force whatever the mesh says; null for the mesh's own. */
    Lifetimes(@Nullable Duration fixed) {
        this.fixed = fixed;
    }

    /** Takes the mesh ConfigMap's word; what cannot be read changes nothing. */
    void meshSettings(@Nullable JsonNode configMap) throws IOException {
        String text = configMap == null ? "" : configMap.path("data").path("mesh").asText("");
        JsonNode mesh = YAML.readTree(text);
        boolean old = mesh != null && mesh.path("compat").asText("").equals("istio-1.0");
        byMesh = old ? ISTIO_1_0 : MODERN;
    }

    /** The lifetime for one who asks for {@code wantedSeconds} (0 and less: no wish). */
    Duration grant(long wantedSeconds) {
        Duration most = most();
        if (wantedSeconds <= 0 || wantedSeconds >= most.toSeconds()) {
            return most;
        }
        Duration wanted = Duration.ofSeconds(wantedSeconds);
        Duration least = MIN.compareTo(most) < 0 ? MIN : most;
        return wanted.compareTo(least) < 0 ? least : wanted;
    }

    Duration most() {
        return fixed == null ? byMesh : fixed;
    }
}
