package dev.fairlead.lab.cluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.ArrayList;
import java.util.List;

/** The addresses behind Services, as their EndpointSlices say. */
record Backends(List<ObjectNode> slices) {

    /** One address, with its port where a port was asked for, else 0. */
    record Backend(String address, int port, String hostname) {}

    private record Candidate(Backend backend, boolean ready, boolean servingLast) {}

    Backends {
        slices = List.copyOf(slices);
    }

    /**
     * Who takes connections to the port called {@code portName}: the ready ones; where there is
     * none, those that still serve while they terminate.
     */
    List<Backend> forPort(JsonNode service, String portName, String protocol) {
        List<Candidate> candidates = new ArrayList<>();
        for (ObjectNode slice : of(service)) {
            for (JsonNode port : slice.path("ports")) {
                if (port.path("name").asText("").equals(portName)
                        && port.path("protocol").asText("TCP").equals(protocol)) {
                    slice.path("endpoints")
                            .forEach(e -> add(e, port.path("port").asInt(), candidates));
                }
            }
        }
        return chosen(candidates);
    }

    /** The ready addresses of a headless Service, with their host names. */
    List<Backend> all(JsonNode service) {
        List<Candidate> candidates = new ArrayList<>();
        of(service).forEach(s -> s.path("endpoints").forEach(e -> add(e, 0, candidates)));
        return candidates.stream()
                .filter(Candidate::ready)
                .map(Candidate::backend)
                .distinct()
                .toList();
    }

    private List<ObjectNode> of(JsonNode service) {
        return slices.stream()
                .filter(slice -> Json.namespace(slice).equals(Json.namespace(service)))
                .filter(slice ->
                        Json.name(service).equals(Json.labels(slice).get(Endpoints.SERVICE_LABEL)))
                .toList();
    }

    private static void add(JsonNode endpoint, int port, List<Candidate> candidates) {
        JsonNode conditions = endpoint.path("conditions");
        boolean ready = conditions.path("ready").asBoolean(true);
        boolean last =
                conditions.path("serving").asBoolean(ready)
                        && conditions.path("terminating").asBoolean(false);
        String hostname = endpoint.path("hostname").asText("");
        for (JsonNode address : endpoint.path("addresses")) {
            Backend backend = new Backend(address.asText(""), port, hostname);
            candidates.add(new Candidate(backend, ready, last));
        }
    }

    private static List<Backend> chosen(List<Candidate> candidates) {
        boolean anyReady = candidates.stream().anyMatch(Candidate::ready);
        return candidates.stream()
                .filter(candidate -> anyReady ? candidate.ready() : candidate.servingLast())
                .map(Candidate::backend)
                .distinct()
                .toList();
    }
}
