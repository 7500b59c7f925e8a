package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.ClusterPolicy;
import dev.fairlead.pilot.compile.UpstreamProtocol;
import dev.fairlead.pilot.state.ConnectionPool.Ping;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes which HTTP the endpoints of a cluster are asked in. */
final class HttpOptions {

    private static final String NAME = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private HttpOptions() {}

    /**
     * A cluster that says nothing is asked in HTTP/1.1.
     *
     * @param policy null: of no interest
     * @param names what a request's host decides of TLS; null: nothing
     * @param errors statuses that outlier detection counts; none: Envoy's
     */
    static void add(
            Cluster.Builder cluster,
            UpstreamProtocol protocol,
            int maxConcurrentStreams,
            @Nullable ClusterPolicy policy,
            @Nullable UpstreamHttpProtocolOptions names,
            List<Integer> errors) {
        var options = HttpProtocolOptions.newBuilder();
        var http2 = Http2ProtocolOptions.newBuilder();
        if (maxConcurrentStreams > 0) {
            http2.setMaxConcurrentStreams(Protos.number(maxConcurrentStreams));
        }
        var common = HttpProtocolOptions.getDefaultInstance();
        if (policy != null && protocol != UpstreamProtocol.OPAQUE) {
            common = common(policy);
            Ping ping = policy.limits().ping();
            if (ping != null) {
                http2.setConnectionKeepalive(
                        KeepaliveSettings.newBuilder()
                                .setInterval(Protos.millis(ping.interval().toMillis()))
                                .setTimeout(Protos.millis(ping.timeout().toMillis())));
            }
        }
        if (!errors.isEmpty() && protocol != UpstreamProtocol.OPAQUE) {
            var with = common.toBuilder();
            NewerFields.setErrors(with, errors);
            common = with.build();
        }
        options.mergeFrom(common);
        if (names != null) {
            options.setUpstreamHttpProtocolOptions(names);
        }
        switch (protocol) {
            case OPAQUE -> {
                return;
            }
            case HTTP1 -> {
                if (names == null && common.equals(HttpProtocolOptions.getDefaultInstance())) {
                    return;
                }
                options.setExplicitHttpConfig(
                        ExplicitHttpConfig.newBuilder()
                                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()));
            }
            case HTTP2 ->
                    options.setExplicitHttpConfig(
                            ExplicitHttpConfig.newBuilder().setHttp2ProtocolOptions(http2));
            case DOWNSTREAM ->
                    options.setUseDownstreamProtocolConfig(
                            UseDownstreamHttpConfig.newBuilder()
                                    .setHttpProtocolOptions(
                                            Http1ProtocolOptions.getDefaultInstance())
                                    .setHttp2ProtocolOptions(http2));
        }
        cluster.putTypedExtensionProtocolOptions(NAME, Protos.pack(options.build()));
    }

    /** What holds for connections in any version of HTTP. */
    private static HttpProtocolOptions common(ClusterPolicy policy) {
        var common = io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.newBuilder();
        Duration idle = policy.limits().idleTimeout();
        if (idle == null) {
            idle = policy.tcp().idleTimeout();
        }
        if (idle != null) {
            common.setIdleTimeout(Protos.millis(idle.toMillis()));
        }
        if (policy.tcp().maxDuration() != null) {
            common.setMaxConnectionDuration(Protos.millis(policy.tcp().maxDuration().toMillis()));
        }
        if (policy.limits().maxRequestsPerConnection() > 0) {
            common.setMaxRequestsPerConnection(
                    Protos.number(policy.limits().maxRequestsPerConnection()));
        }
        var options = HttpProtocolOptions.newBuilder();
        var written = common.build();
        return written.equals(written.getDefaultInstanceForType())
                ? options.build()
                : options.setCommonHttpProtocolOptions(written).build();
    }
}
