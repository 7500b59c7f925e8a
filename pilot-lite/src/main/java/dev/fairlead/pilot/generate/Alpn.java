package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.UpstreamProtocol;
import java.util.List;

/**
 * The protocols that both sides of mTLS name. {@code istio} alone means bytes, {@code
 * istio-http/1.1} and {@code istio-h2} that the bytes are HTTP. Of a cluster's list an agent offers
 * what fits what it is about to speak; an Envoy offers all of it.
 */
final class Alpn {

    /** What is offered to, and taken by, agents before HTTP/2 was known. */
    private static final List<String> HTTP1 = List.of("istio-http/1.1", "istio", "http/1.1");

    private static final List<String> HTTP2 = List.of("istio-h2", "istio", "h2");
    private static final List<String> EITHER =
            List.of("istio-h2", "istio-http/1.1", "istio", "h2", "http/1.1");
    private static final List<String> H2_ONLY = List.of("h2");
    private static final List<String> BYTES = List.of("istio");

    /** An Envoy decodes HTTP/2 only where the protocol agreed on is called by its public name. */
    private static final List<String> ENVOY_SERVER = List.of("h2", "http/1.1", "istio");

    private Alpn() {}

    /** What clients offer. */
    static List<String> upstream(UpstreamProtocol protocol, Audience audience) {
        return switch (protocol) {
            case OPAQUE -> BYTES;
            case HTTP1 -> HTTP1;
            case HTTP2 -> HTTP2;
            case DOWNSTREAM -> audience instanceof Audience.Agent ? EITHER : BYTES;
        };
    }

    /** What is offered where it is not the mesh that listens: what Istio offers. */
    static List<String> originated(UpstreamProtocol protocol) {
        return protocol == UpstreamProtocol.HTTP2 ? H2_ONLY : List.of();
    }

    /** What agents offer to which HTTP/2 is bytes. */
    static List<String> opaqueHttp2(boolean http1) {
        return http1 ? HTTP1 : BYTES;
    }

    /** What a pod takes, preferred first. */
    static List<String> downstream(Audience audience) {
        return switch (audience) {
            case Audience.Agent _ -> audience.knowsHttp2() ? EITHER : HTTP1;
            case Audience.Envoy _ -> ENVOY_SERVER;
        };
    }
}
