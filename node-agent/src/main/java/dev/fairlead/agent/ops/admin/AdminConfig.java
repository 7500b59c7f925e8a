package dev.fairlead.agent.ops.admin;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the pages are served. Port 0 is any free one.
 *
 * @param socket Unix socket for admin, made with mode 0600; its folder must exist
 * @param adminPort for admin on 127.0.0.1 and, where there is IPv6, ::1
 * @param metrics addresses for {@code /metrics}
 * @param readiness addresses for {@code /healthz/ready}
 */
public record AdminConfig(
        Path socket,
        int adminPort,
        List<InetSocketAddress> metrics,
        List<InetSocketAddress> readiness) {

    public AdminConfig {
        metrics = List.copyOf(metrics);
        readiness = List.copyOf(readiness);
    }
}
