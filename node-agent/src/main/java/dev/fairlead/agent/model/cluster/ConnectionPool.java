package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long connections live and what is done to keep them. Source: Envoy,
 * config.core.v3.HttpProtocolOptions, TcpKeepalive, KeepaliveSettings.
 *
 * @param idleTimeout of a connection without requests; null: the agent's own; zero: never
 * @param maxDuration null: as long as it works
 * @param maxRequestsPerConnection 0: any number
 * @param http2KeepAlive null: the agent's own
 * @param tcpKeepAlive null: none
 */
public record ConnectionPool(
        @Nullable Duration idleTimeout,
        @Nullable Duration maxDuration,
        long maxRequestsPerConnection,
        @Nullable Http2KeepAlive http2KeepAlive,
        @Nullable TcpKeepAlive tcpKeepAlive) {

    public static final ConnectionPool DEFAULT = new ConnectionPool(null, null, 0, null, null);

    /** PINGs to a server from which nothing comes. */
    public record Http2KeepAlive(Duration interval, Duration timeout) {}

    /** Null and 0: the operating system's. */
    public record TcpKeepAlive(int probes, @Nullable Duration time, @Nullable Duration interval) {}
}
