package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.ConnectionPool.Http2KeepAlive;
import dev.fairlead.agent.model.cluster.ConnectionPool.TcpKeepAlive;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a cluster's connections live and what keeps them, of several of its fields. */
final class ConnectionPools {

    private static final int MAX_PROBES = 127; // Linux, tcp(7)
    private static final int MAX_SECONDS = 32_767; // likewise

    private ConnectionPools() {}

    static ConnectionPool compile(Cluster cluster) throws Refusal {
        At at = At.ROOT.field("typed_extension_protocol_options");
        HttpProtocolOptions http = HttpProtocolOptions.getDefaultInstance();
        for (Any options : cluster.getTypedExtensionProtocolOptionsMap().values()) { // one at most
            http = Profile.typed(options, HttpProtocolOptions.class, at);
        }
        var common = http.getCommonHttpProtocolOptions();
        At commonAt = at.field("common_http_protocol_options");
        return new ConnectionPool(
                common.hasIdleTimeout()
                        ? Values.duration(common.getIdleTimeout(), commonAt.field("idle_timeout"))
                        : null,
                common.hasMaxConnectionDuration()
                        ? Values.positive(
                                common.getMaxConnectionDuration(),
                                commonAt.field("max_connection_duration"))
                        : null,
                Integer.toUnsignedLong(common.getMaxRequestsPerConnection().getValue()),
                keepAlive(http2(http), at),
                cluster.getUpstreamConnectionOptions().hasTcpKeepalive()
                        ? tcpKeepAlive(cluster.getUpstreamConnectionOptions().getTcpKeepalive())
                        : null);
    }

    private static Http2ProtocolOptions http2(HttpProtocolOptions http) {
        return http.hasUseDownstreamProtocolConfig()
                ? http.getUseDownstreamProtocolConfig().getHttp2ProtocolOptions()
                : http.getExplicitHttpConfig().getHttp2ProtocolOptions();
    }

    /** Without an interval Envoy sends none. */
    private static @Nullable Http2KeepAlive keepAlive(Http2ProtocolOptions http2, At at)
            throws Refusal {
        if (!http2.hasConnectionKeepalive()) {
            return null;
        }
        KeepaliveSettings settings = http2.getConnectionKeepalive();
        At settingsAt = at.field("http2_protocol_options").field("connection_keepalive");
        if (!settings.hasInterval()) {
            throw settingsAt.field("interval").refuse("not set");
        }
        return new Http2KeepAlive(
                Values.positive(settings.getInterval(), settingsAt.field("interval")),
                Values.positive(settings.getTimeout(), settingsAt.field("timeout")));
    }

    private static TcpKeepAlive tcpKeepAlive(
            io.envoyproxy.envoy.config.core.v3.TcpKeepalive keepAlive) throws Refusal {
        At at = At.ROOT.field("upstream_connection_options").field("tcp_keepalive");
        return new TcpKeepAlive(
                keepAlive.hasKeepaliveProbes()
                        ? (int)
                                atMost(
                                        keepAlive.getKeepaliveProbes(),
                                        MAX_PROBES,
                                        at.field("keepalive_probes"))
                        : 0,
                keepAlive.hasKeepaliveTime()
                        ? seconds(keepAlive.getKeepaliveTime(), at.field("keepalive_time"))
                        : null,
                keepAlive.hasKeepaliveInterval()
                        ? seconds(keepAlive.getKeepaliveInterval(), at.field("keepalive_interval"))
                        : null);
    }

    private static Duration seconds(UInt32Value value, At at) throws Refusal {
        return Duration.ofSeconds(atMost(value, MAX_SECONDS, at));
    }

    private static long atMost(UInt32Value value, int most, At at) throws Refusal {
        long number = Integer.toUnsignedLong(value.getValue());
        if (number < 1 || number > most) {
            throw at.refuse(number + " is not between 1 and " + most);
        }
        return number;
    }
}
