package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the downward API can say of a pod.
 *
 * @param pod the scheduled Pod object
 * @param hostIp address of its node
 */
record PodFields(JsonNode pod, String ip, String hostIp) {

    /** The value of a fieldPath; empty for one that the lab does not know. */
    Optional<String> value(String fieldPath) {
        int bracket = fieldPath.indexOf("['");
        if (bracket > 0 && fieldPath.endsWith("']")) {
            String key = fieldPath.substring(bracket + 2, fieldPath.length() - 2);
            return map(fieldPath.substring(0, bracket)).map(map -> map.getOrDefault(key, ""));
        }
        return switch (fieldPath) {
            case "metadata.name",
                    "metadata.namespace",
                    "metadata.uid",
                    "spec.nodeName",
                    "spec.serviceAccountName" ->
                    Optional.of(Json.text(pod, fieldPath));
            case "status.podIP", "status.podIPs" -> Optional.of(ip);
            case "status.hostIP", "status.hostIPs" -> Optional.of(hostIp);
            default -> map(fieldPath).map(PodFields::lines);
        };
    }

    private Optional<Map<String, String>> map(String path) {
        return switch (path) {
            case "metadata.labels" -> Optional.of(Json.labels(pod));
            case "metadata.annotations" -> Optional.of(Json.annotations(pod));
            default -> Optional.empty();
        };
    }

    private static String lines(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry ->
                        entry.getKey() + "=\"" + entry.getValue().replace("\"", "\\\"") + "\"")
                .sorted()
                .collect(Collectors.joining("\n"));
    }
}
