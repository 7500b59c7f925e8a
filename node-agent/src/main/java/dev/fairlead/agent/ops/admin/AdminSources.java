package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import dev.fairlead.wire.logging.LogLevels;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything that the pages show. Each part is asked at the time of a request, on a virtual thread.
 *
 * @param node name of this node
 * @param started when the process began
 * @param options how the process was configured, as {@code /server_info} prints it: no secrets
 */
public record AdminSources(
        String node,
        Instant started,
        Clock clock,
        Map<String, String> options,
        Telemetry telemetry,
        Readiness readiness,
        LogLevels levels,
        Supplier<Snapshot> snapshot,
        ConfigDumpSource configuration,
        CertificateSource certificates,
        WorkloadSource workloads) {

    public AdminSources {
        options = Map.copyOf(options);
    }
}
