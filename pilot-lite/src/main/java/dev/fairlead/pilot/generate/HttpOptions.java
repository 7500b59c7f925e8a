package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.UpstreamProtocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;

/** Writes which HTTP the endpoints of a cluster are asked in. */
final class HttpOptions {

    private static final String NAME = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private HttpOptions() {}

    /** A cluster that says nothing is asked in HTTP/1.1. */
    static void add(Cluster.Builder cluster, UpstreamProtocol protocol, int maxConcurrentStreams) {
        var options = HttpProtocolOptions.newBuilder();
        var http2 = Http2ProtocolOptions.newBuilder();
        if (maxConcurrentStreams > 0) {
            http2.setMaxConcurrentStreams(Protos.number(maxConcurrentStreams));
        }
        switch (protocol) {
            case OPAQUE, HTTP1 -> {
                return;
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
}
