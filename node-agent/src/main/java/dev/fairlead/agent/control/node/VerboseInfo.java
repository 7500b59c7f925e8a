package dev.fairlead.agent.control.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container runtime says of a sandbox beside the contract: JSON under {@code info}, in
 * containerd's and cri-o's shape alike a process and the OCI runtime's configuration. Pure.
 */
final class VerboseInfo {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path hostProc;

    VerboseInfo(Path hostProc) {
        this.hostProc = hostProc;
    }

    /**
     * The sandbox's network namespace: by its own path, else by its first process; null: untold.
     */
    @Nullable Path netns(Map<String, String> info) {
        JsonNode content;
        try {
            content = JSON.readTree(info.getOrDefault("info", "{}"));
        } catch (JsonProcessingException e) {
            return null;
        }
        JsonNode namespaces = content.path("runtimeSpec").path("linux").path("namespaces");
        for (JsonNode namespace : namespaces) {
            String path = namespace.path("path").asText("");
            if (namespace.path("type").asText("").equals("network") && !path.isEmpty()) {
                return Path.of(path);
            }
        }
        long pid = content.path("pid").asLong(0);
        return pid > 0 ? hostProc.resolve(Long.toString(pid)).resolve("ns/net") : null;
    }
}
