package dev.fairlead.agent.control.pods;

import dev.fairlead.wire.pods.PodSocketProtocol;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lines of the pod socket: a request, or IllegalArgumentException, and nothing else. */
public final class PodSocketFuzz {

    private PodSocketFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String line = new String(input, StandardCharsets.UTF_8);
        try {
            PodSocketProtocol.readRequest(line);
        } catch (IllegalArgumentException e) {
            // refused, with a reason
        }
        try {
            PodSocketProtocol.readAnswer(line);
        } catch (IllegalArgumentException e) {
            // likewise
        }
    }

    public static List<String> seeds() {
        return List.of(
                "{\"kind\":\"added\",\"uid\":\"u\",\"namespace\":\"n\",\"name\":\"p\"}",
                "{\"ok\":true}",
                "null",
                "[{}]");
    }
}
