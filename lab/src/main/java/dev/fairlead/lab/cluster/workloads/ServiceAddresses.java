package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cluster addresses from 198.19.0.0/16 and node ports from 30000 to 32767. What a Service asks for
 * is honoured when free; one that is applied again keeps what it had. Addresses run on from the
 * last one given, so that a freed one comes back late.
 *
 * <p>Owner: the thread that applies.
 */
public final class ServiceAddresses {

    /** Address of the Service kubernetes in default, of whoever plays the API server. */
    public static final String KUBERNETES = "198.19.0.1";

    private static final String PREFIX = "198.19.";
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "198\\.19\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)");
    private static final int FIRST_HOST = 10; // below are reserved for the lab's own
    private static final int LAST_HOST = 0xFFFE;
    private static final int FIRST_NODE_PORT = 30000;
    private static final int LAST_NODE_PORT = 32767;

    private int nextHost = FIRST_HOST;
    private int nextNodePort = FIRST_NODE_PORT;

    /**
     * Fills in spec.clusterIP, clusterIPs and nodePort of {@code service}.
     *
     * @param before the same Service as it was, if it was
     * @param applied all Services; {@code service} itself may be among them
     * @throws IllegalArgumentException naming Service and field: what it asks for cannot be had
     */
    public void complete(ObjectNode service, @Nullable JsonNode before, Applied applied) {
        ObjectNode spec = service.withObject("/spec");
        if (spec.path("type").asText("").equals("ExternalName")) {
            return;
        }
        Set<String> addresses = new HashSet<>();
        if (!isApiServer(service)) {
            addresses.add(KUBERNETES);
        }
        Set<Integer> nodePorts = new HashSet<>();
        for (JsonNode other : applied.ofKind("Service")) {
            if (!sameName(other, service)) {
                addresses.add(Json.text(other, "spec.clusterIP"));
                Json.at(other, "spec.ports")
                        .forEach(p -> nodePorts.add(p.path("nodePort").asInt(0)));
            }
        }
        address(service, spec, before, addresses);
        if (Set.of("NodePort", "LoadBalancer").contains(spec.path("type").asText(""))) {
            nodePorts(service, spec, before, nodePorts);
        }
    }

    private static boolean sameName(JsonNode one, JsonNode other) {
        return Json.name(one).equals(Json.name(other))
                && Json.namespace(one).equals(Json.namespace(other));
    }

    private static boolean isApiServer(JsonNode service) {
        return Json.name(service).equals("kubernetes") && Json.namespace(service).equals("default");
    }

    private void address(
            ObjectNode service, ObjectNode spec, @Nullable JsonNode before, Set<String> taken) {
        String asked = spec.path("clusterIP").asText("");
        if (asked.isEmpty() && before != null) {
            String kept = Json.text(before, "spec.clusterIP");
            asked = kept.equals("None") ? "" : kept;
        }
        if (asked.isEmpty() && isApiServer(service)) {
            asked = KUBERNETES;
        } else if (asked.isEmpty()) {
            asked = freeAddress(taken);
        } else if (!asked.equals("None")) {
            String where = display(service) + ": spec.clusterIP: " + asked;
            if (!ADDRESS.matcher(asked).matches()) {
                throw new IllegalArgumentException(where + " is not in 198.19.0.0/16");
            }
            if (taken.contains(asked)) {
                throw new IllegalArgumentException(where + " is already allocated");
            }
        }
        spec.put("clusterIP", asked);
        spec.putArray("clusterIPs").add(asked);
    }

    private String freeAddress(Set<String> taken) {
        for (int i = 0; i <= LAST_HOST - FIRST_HOST; i++) {
            int host = nextHost;
            nextHost = host == LAST_HOST ? FIRST_HOST : host + 1;
            String address = PREFIX + (host >> 8) + "." + (host & 0xff);
            if (!taken.contains(address)) {
                return address;
            }
        }
        throw new IllegalArgumentException("198.19.0.0/16 has no free address");
    }

    private void nodePorts(
            ObjectNode service, ObjectNode spec, @Nullable JsonNode before, Set<Integer> taken) {
        for (JsonNode port : spec.withArray("ports")) {
            if (!(port instanceof ObjectNode one)) {
                continue;
            }
            int asked = one.path("nodePort").asInt(0);
            if (asked == 0) {
                asked = kept(before, one).filter(p -> !taken.contains(p)).orElse(0);
            }
            if (asked == 0) {
                asked = freeNodePort(taken);
            } else if (asked < FIRST_NODE_PORT || asked > LAST_NODE_PORT) {
                throw new IllegalArgumentException(
                        display(service)
                                + ": spec.ports.nodePort: "
                                + asked
                                + " is not in 30000-32767");
            } else if (taken.contains(asked)) {
                throw new IllegalArgumentException(
                        display(service) + ": spec.ports.nodePort: " + asked + " is allocated");
            }
            taken.add(asked);
            one.put("nodePort", asked);
        }
    }

    private static Optional<Integer> kept(@Nullable JsonNode before, ObjectNode port) {
        if (before == null || !(Json.at(before, "spec.ports") instanceof ArrayNode ports)) {
            return Optional.empty();
        }
        for (JsonNode old : ports) {
            if (old.path("port").asInt() == port.path("port").asInt()
                    && old.path("protocol")
                            .asText("TCP")
                            .equals(port.path("protocol").asText("TCP"))
                    && old.has("nodePort")) {
                return Optional.of(old.path("nodePort").asInt());
            }
        }
        return Optional.empty();
    }

    private int freeNodePort(Set<Integer> taken) {
        for (int i = 0; i <= LAST_NODE_PORT - FIRST_NODE_PORT; i++) {
            int port = nextNodePort;
            nextNodePort = port == LAST_NODE_PORT ? FIRST_NODE_PORT : port + 1;
            if (!taken.contains(port)) {
                return port;
            }
        }
        throw new IllegalArgumentException("no free node port");
    }

    private static String display(JsonNode service) {
        return "Service " + Json.namespace(service) + "/" + Json.name(service);
    }
}
