package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ConnectionPool;
import dev.fairlead.pilot.state.ConnectionPool.HttpLimits;
import dev.fairlead.pilot.state.ConnectionPool.KeepAlive;
import dev.fairlead.pilot.state.ConnectionPool.Ping;
import dev.fairlead.pilot.state.ConnectionPool.Tcp;
import dev.fairlead.pilot.state.DestinationRule.H2Upgrade;
import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads {@code connectionPool} of a traffic policy. */
final class ConnectionPoolReader {

    private static final int MAX_PROBES = 127; // the kernel's bounds
    private static final long MAX_KEEP_ALIVE_SECONDS = 32_767;

    private ConnectionPoolReader() {}

    private record Http(HttpPool pool, HttpLimits limits) {}

    static ConnectionPool read(Fields pool) {
        if (!pool.has("tcp") && !pool.has("http")) {
            pool.wrong("says nothing: tcp or http is needed");
        }
        Tcp tcp = pool.object("tcp", ConnectionPoolReader::tcp);
        Http http = pool.object("http", ConnectionPoolReader::http);
        return new ConnectionPool(
                tcp == null ? Tcp.NONE : tcp,
                http == null ? null : http.pool,
                http == null ? HttpLimits.NONE : http.limits);
    }

    private static Tcp tcp(Fields tcp) {
        return new Tcp(
                count(tcp, "maxConnections"),
                Durations.read(tcp, "connectTimeout", 1),
                tcp.object("tcpKeepalive", ConnectionPoolReader::keepAlive),
                Durations.read(tcp, "maxConnectionDuration", 1),
                Durations.read(tcp, "idleTimeout", 0));
    }

    static KeepAlive keepAlive(Fields keepAlive) {
        return new KeepAlive(
                keepAlive.integer("probes", 0, MAX_PROBES, 0),
                seconds(keepAlive, "time"),
                seconds(keepAlive, "interval"));
    }

    /** What the kernel knows in whole seconds only; the rest is cut off, as Istio does. */
    private static @Nullable Duration seconds(Fields fields, String name) {
        Duration given = Durations.read(fields, name, 1000);
        if (given != null && given.toSeconds() > MAX_KEEP_ALIVE_SECONDS) {
            fields.problem(name, "at most " + MAX_KEEP_ALIVE_SECONDS + "s");
        }
        return given == null ? null : Duration.ofSeconds(given.toSeconds());
    }

    private static Http http(Fields http) {
        H2Upgrade upgrade = http.choice("h2UpgradePolicy", H2Upgrade.values());
        boolean useClientProtocol = http.bool("useClientProtocol");
        if (useClientProtocol && upgrade == H2Upgrade.UPGRADE) { // Istio refuses it, too
            http.problem("useClientProtocol", "cannot stand beside h2UpgradePolicy UPGRADE");
        }
        return new Http(
                new HttpPool(
                        upgrade == null ? H2Upgrade.DEFAULT : upgrade,
                        useClientProtocol,
                        count(http, "maxConcurrentStreams")),
                new HttpLimits(
                        count(http, "http1MaxPendingRequests"),
                        count(http, "http2MaxRequests"),
                        count(http, "maxRequestsPerConnection"),
                        count(http, "maxRetries"),
                        Durations.read(http, "idleTimeout", 1),
                        http.object("http2KeepAlive", ConnectionPoolReader::ping)));
    }

    private static @Nullable Ping ping(Fields ping) {
        Duration interval = needed(ping, "interval");
        Duration timeout = needed(ping, "timeout");
        return interval == null || timeout == null ? null : new Ping(interval, timeout);
    }

    private static @Nullable Duration needed(Fields fields, String name) {
        if (!fields.has(name)) {
            fields.problem(name, "is needed");
        }
        return Durations.read(fields, name, 1);
    }

    private static int count(Fields fields, String name) {
        return fields.integer(name, 0, Integer.MAX_VALUE, 0);
    }
}
