package dev.fairlead.lab.cluster.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Pod and Node objects as the control plane reads them from {@code observed/}. */
public final class Observed {

    private static final String NODE_PREFIX = "198.18.";

    private Observed() {}

    /** The Pod with its status. A change of it says that something changed for others. */
    public static ObjectNode pod(PodState state) {
        PodLaunch launch = state.launch();
        ObjectNode pod = launch.object().deepCopy();
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.put("creationTimestamp", time(state.created()));
        if (state.deleted() != null) {
            metadata.put("deletionTimestamp", time(state.deleted()));
        }
        ObjectNode status = pod.putObject("status");
        status.put("phase", state.phase().text());
        if (!state.message().isEmpty()) {
            status.put("message", state.message());
        }
        status.put("hostIP", hostIp(launch));
        status.put("podIP", launch.ip());
        status.putArray("podIPs").addObject().put("ip", launch.ip());
        boolean ready = state.ready() && !state.terminating();
        ArrayNode conditions = status.putArray("conditions");
        condition(conditions, "PodScheduled", true);
        condition(conditions, "Initialized", state.phase() != PodState.Phase.PENDING);
        condition(conditions, "ContainersReady", ready);
        condition(conditions, "Ready", ready);
        ArrayNode containers = status.putArray("containerStatuses");
        state.containers().forEach(container -> container(containers, launch, container));
        return pod;
    }

    private static String hostIp(PodLaunch launch) {
        return launch.ip().startsWith(NODE_PREFIX)
                ? launch.ip().substring(0, launch.ip().lastIndexOf('.')) + ".1"
                : "";
    }

    private static void condition(ArrayNode conditions, String type, boolean holds) {
        conditions.addObject().put("type", type).put("status", holds ? "True" : "False");
    }

    private static void container(
            ArrayNode containers, PodLaunch launch, PodState.ContainerState state) {
        Optional<ContainerLaunch> container =
                launch.containers().stream().filter(c -> c.name().equals(state.name())).findFirst();
        ObjectNode status = containers.addObject();
        status.put("name", state.name())
                .put("image", container.map(ContainerLaunch::image).orElse(""))
                .put("ready", state.ready())
                .put("restartCount", state.restarts());
        ObjectNode now = status.putObject("state");
        if (state.running()) {
            now.putObject("running");
        } else if (state.status().equals("Completed") || state.status().equals("Error")) {
            ObjectNode terminated = now.putObject("terminated").put("reason", state.status());
            if (state.lastExit() != null) {
                terminated.put("exitCode", state.lastExit());
            }
        } else {
            now.putObject("waiting").put("reason", state.status());
        }
    }

    /** A Node that is ready. */
    public static ObjectNode node(LabNode node) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", "v1").put("kind", "Node");
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("name", node.name()).put("creationTimestamp", time(node.created()));
        node.labels().forEach(metadata.putObject("labels")::put);
        ObjectNode spec = object.putObject("spec").put("podCIDR", node.podRange());
        spec.putArray("podCIDRs").add(node.podRange());
        ObjectNode status = object.putObject("status");
        ArrayNode addresses = status.putArray("addresses");
        addresses.addObject().put("type", "InternalIP").put("address", node.address());
        addresses.addObject().put("type", "Hostname").put("address", node.name());
        condition(status.putArray("conditions"), "Ready", true);
        return object;
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
