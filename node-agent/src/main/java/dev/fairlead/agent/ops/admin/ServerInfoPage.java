package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.TreeMap;

/**
 * {@code /server_info}: version, state and settings, in the shape of Envoy's admin.v3.ServerInfo.
 */
final class ServerInfoPage {

    private final AdminSources sources;

    ServerInfoPage(AdminSources sources) {
        this.sources = sources;
    }

    AdminResponse answer(AdminRequest request) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        String uptime =
                Duration.between(sources.started(), sources.clock().instant()).toSeconds() + "s";
        root.put("version", "fairlead/" + sources.telemetry().build().version());
        root.put("state", sources.readiness().state().name());
        root.put("uptime_current_epoch", uptime);
        root.put("uptime_all_epochs", uptime);
        root.putObject("node").put("id", sources.node());
        ObjectNode options = root.putObject("command_line_options");
        new TreeMap<>(sources.options()).forEach(options::put);
        var conditions = root.putArray("readiness");
        for (var condition : sources.readiness().conditions()) {
            conditions
                    .addObject()
                    .put("condition", condition.name())
                    .put("met", condition.met())
                    .put("reason", condition.reason());
        }
        return AdminResponse.json(root);
    }
}
