package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.ContainerPort;
import dev.fairlead.lab.cluster.Probe;
import dev.fairlead.lab.cluster.objects.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Probes of a container: httpGet, tcpSocket, grpc and exec, ports by number or name. */
final class Probes {

    private Probes() {}

    /** Null when the container has no such probe, or one of a type that is warned of. */
    static @Nullable Probe of(JsonNode container, String field, List<ContainerPort> ports)
            throws Unresolved {
        JsonNode probe = container.path(field);
        String where = "container " + container.path("name").asText("") + ": " + field;
        Probe.Check check;
        if (probe.has("httpGet")) {
            JsonNode get = probe.path("httpGet");
            check =
                    new Probe.Http(
                            get.path("host").asText(""),
                            port(where, get.path("port"), ports),
                            get.path("path").asText("/"),
                            headers(get),
                            get.path("scheme").asText("HTTP"));
        } else if (probe.has("tcpSocket")) {
            JsonNode socket = probe.path("tcpSocket");
            check =
                    new Probe.Tcp(
                            socket.path("host").asText(""),
                            port(where, socket.path("port"), ports));
        } else if (probe.has("grpc")) {
            JsonNode grpc = probe.path("grpc");
            check =
                    new Probe.Grpc(
                            port(where, grpc.path("port"), ports), grpc.path("service").asText(""));
        } else if (probe.has("exec")) {
            check = new Probe.Exec(Json.list(probe.path("exec").path("command")));
        } else {
            return null;
        }
        try {
            return new Probe(check, timing(probe));
        } catch (IllegalArgumentException e) {
            throw Unresolved.wrong(where + ": " + e.getMessage());
        }
    }

    private static Map<String, String> headers(JsonNode get) {
        Map<String, String> headers = new LinkedHashMap<>();
        get.path("httpHeaders")
                .forEach(h -> headers.put(h.path("name").asText(""), h.path("value").asText("")));
        return headers;
    }

    private static int port(String where, JsonNode port, List<ContainerPort> ports)
            throws Unresolved {
        int number = port.asInt(0);
        if (number == 0) {
            number =
                    ports.stream()
                            .filter(p -> p.name().equals(port.asText("")))
                            .mapToInt(ContainerPort::port)
                            .findFirst()
                            .orElse(0);
        }
        if (number < 1 || number > 65535) {
            throw Unresolved.wrong(where + ": no port \"" + port.asText("") + "\"");
        }
        return number;
    }

    private static Probe.Timing timing(JsonNode probe) {
        Probe.Timing defaults = Probe.Timing.DEFAULT;
        return new Probe.Timing(
                seconds(probe, "initialDelaySeconds", defaults.initialDelay()),
                seconds(probe, "periodSeconds", defaults.period()),
                seconds(probe, "timeoutSeconds", defaults.timeout()),
                probe.path("successThreshold").asInt(defaults.successThreshold()),
                probe.path("failureThreshold").asInt(defaults.failureThreshold()));
    }

    private static Duration seconds(JsonNode probe, String field, Duration otherwise) {
        return Duration.ofSeconds(probe.path(field).asLong(otherwise.toSeconds()));
    }
}
