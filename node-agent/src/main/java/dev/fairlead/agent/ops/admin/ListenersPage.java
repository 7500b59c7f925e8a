package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.Workload;
import io.netty.util.NetUtil;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * {@code /listeners}: {@code <name>::<address>}, as Envoy prints it. An outbound one listens in the
 * namespace of every pod of its scope.
 */
final class ListenersPage {

    private static final int OUTBOUND_PORT = 15001;
    private static final int INBOUND_PORT = 15006;

    private final Supplier<Snapshot> snapshot;

    ListenersPage(Supplier<Snapshot> snapshot) {
        this.snapshot = snapshot;
    }

    private record Address(String host, int port) {
        String text() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    AdminResponse answer(AdminRequest request) {
        String format = request.format("text");
        Map<String, Address> listeners = listeners(snapshot.get());
        return switch (format) {
            case "text" -> {
                StringBuilder text = new StringBuilder();
                listeners.forEach((name, address) ->
                        text.append(name).append("::").append(address.text()).append('\n'));
                yield AdminResponse.text(text.toString());
            }
            case "json" -> AdminResponse.json(json(listeners));
            default -> AdminResponse.unknownFormat(format, "text, json");
        };
    }

    private static Map<String, Address> listeners(Snapshot snapshot) {
        Map<String, Address> byName = new TreeMap<>();
        snapshot.outbound()
                .values()
                .forEach(each -> byName.put(each.name(), new Address("0.0.0.0", OUTBOUND_PORT)));
        snapshot.inbound()
                .forEach((uid, each) -> {
                    Workload pod = snapshot.workloads().withUid(uid);
                    String host =
                            pod == null || pod.addresses().isEmpty()
                                    ? "0.0.0.0"
                                    : NetUtil.toAddressString(pod.addresses().getFirst());
                    byName.put(each.name(), new Address(host, INBOUND_PORT));
                });
        return byName;
    }

    private static ObjectNode json(Map<String, Address> listeners) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        var statuses = root.putArray("listener_statuses");
        listeners.forEach((name, address) ->
                statuses.addObject()
                        .put("name", name)
                        .putObject("local_address")
                        .putObject("socket_address")
                        .put("address", address.host())
                        .put("port_value", address.port()));
        return root;
    }
}
