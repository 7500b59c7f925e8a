package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.ops.telemetry.StatFilter;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;

/** {@code /stats} and {@code /stats/prometheus}. */
final class StatsPage {

    private final Telemetry telemetry;
    private final WorkloadSource workloads;

    StatsPage(Telemetry telemetry, WorkloadSource workloads) {
        this.telemetry = telemetry;
        this.workloads = workloads;
    }

    AdminResponse stats(AdminRequest request) {
        String format = request.format("text");
        return switch (format) {
            case "text" -> AdminResponse.text(telemetry.text(filter(request), pod(request)));
            case "json" ->
                    new AdminResponse(
                            200,
                            AdminResponse.JSON,
                            telemetry.json(filter(request), pod(request)) + "\n");
            case "prometheus" -> prometheus(request);
            default -> AdminResponse.unknownFormat(format, "text, json, prometheus");
        };
    }

    AdminResponse prometheus(AdminRequest request) {
        return new AdminResponse(
                200,
                Telemetry.PROMETHEUS_CONTENT_TYPE,
                telemetry.prometheus(filter(request), pod(request)));
    }

    private static StatFilter filter(AdminRequest request) {
        return StatFilter.of(request.parameter("filter"), request.has("usedonly"));
    }

    private @Nullable String pod(AdminRequest request) {
        String display = request.parameter("workload");
        if (display == null) {
            return null;
        }
        String uid = workloads.uidOf(display);
        if (uid == null) {
            throw new IllegalArgumentException(
                    "no enrolled pod \"" + display + "\" on this node (namespace/name)");
        }
        return uid;
    }
}
