package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.ops.telemetry.StatFilter;
import dev.fairlead.agent.ops.telemetry.Telemetry;

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
            case "text" ->
                    AdminResponse.text(telemetry.text(filter(request), workloads.uidIn(request)));
            case "json" ->
                    new AdminResponse(
                            200,
                            AdminResponse.JSON,
                            telemetry.json(filter(request), workloads.uidIn(request)) + "\n");
            case "prometheus" -> prometheus(request);
            default -> AdminResponse.unknownFormat(format, "text, json, prometheus");
        };
    }

    AdminResponse prometheus(AdminRequest request) {
        return new AdminResponse(
                200,
                Telemetry.PROMETHEUS_CONTENT_TYPE,
                telemetry.prometheus(filter(request), workloads.uidIn(request)));
    }

    private static StatFilter filter(AdminRequest request) {
        return StatFilter.of(request.parameter("filter"), request.has("usedonly"));
    }
}
