package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.Map;

/**
 * A cluster's {@code HttpProtocolOptions}: which HTTP its endpoints are asked in.
 *
 * @param maxConcurrentStreams 0: as many as the endpoint allows
 * @param autoSni whether TLS asks for the server by the request's host
 * @param autoSan whether its certificate must have that name
 */
record HttpOptions(
        HttpProtocol protocol, int maxConcurrentStreams, boolean autoSni, boolean autoSan) {

    private static final String FIELD = "typed_extension_protocol_options";
    private static final String NAME = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final HttpOptions NONE =
            new HttpOptions(HttpProtocol.HTTP1, 0, false, false); // as Envoy

    static HttpOptions compile(Cluster cluster) throws Refusal {
        HttpOptions options = NONE;
        for (Map.Entry<String, Any> entry :
                cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
            At at = At.ROOT.field(FIELD + "[" + entry.getKey() + "]");
            if (!entry.getKey().equals(NAME)) {
                throw at.refuse("not " + NAME);
            }
            var written = Profile.typed(entry.getValue(), HttpProtocolOptions.class, at);
            var upstream = written.getUpstreamHttpProtocolOptions();
            HttpOptions read = compile(written, at);
            options =
                    new HttpOptions(
                            read.protocol,
                            read.maxConcurrentStreams,
                            upstream.getAutoSni(),
                            upstream.getAutoSanValidation());
        }
        return options;
    }

    private static HttpOptions compile(HttpProtocolOptions options, At at) throws Refusal {
        return switch (options.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                At explicitAt = at.field("explicit_http_config");
                var explicit = options.getExplicitHttpConfig();
                yield switch (explicit.getProtocolConfigCase()) {
                    case HTTP_PROTOCOL_OPTIONS -> NONE;
                    case HTTP2_PROTOCOL_OPTIONS ->
                            new HttpOptions(
                                    HttpProtocol.HTTP2,
                                    maxStreams(explicit.getHttp2ProtocolOptions(), explicitAt),
                                    false,
                                    false);
                    default ->
                            throw explicitAt.refuse(
                                    "no http_protocol_options or http2_protocol_options");
                };
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG ->
                    new HttpOptions(
                            HttpProtocol.DOWNSTREAM,
                            maxStreams(
                                    options.getUseDownstreamProtocolConfig()
                                            .getHttp2ProtocolOptions(),
                                    at.field("use_downstream_protocol_config")),
                            false,
                            false);
            default -> throw at.refuse("no explicit_http_config or use_downstream_protocol_config");
        };
    }

    /** Whether connections for one host are not for another. */
    boolean byHost() {
        return autoSni || autoSan;
    }

    private static int maxStreams(Http2ProtocolOptions http2, At at) throws Refusal {
        if (!http2.hasMaxConcurrentStreams()) {
            return 0;
        }
        int most = http2.getMaxConcurrentStreams().getValue();
        if (most < 1) { // Envoy refuses both ends, too
            throw at.field("http2_protocol_options")
                    .field("max_concurrent_streams")
                    .refuse(Integer.toUnsignedString(most) + " is not between 1 and 2^31-1");
        }
        return most;
    }
}
