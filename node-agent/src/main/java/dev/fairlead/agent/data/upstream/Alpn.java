package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client offers by ALPN, of all that its cluster's configuration lists. Source: Istio's ALPN
 * names; RFC 9113 §3.3.
 */
final class Alpn {

    private static final Set<String> HTTP1 =
            Set.of("istio-http/1.1", "istio-http/1.0", "http/1.1", "http/1.0");
    private static final Set<String> HTTP2 = Set.of("istio-h2", "h2");

    private Alpn() {}

    /**
     * @param http what will be spoken; null: something that we do not look at
     */
    static UpstreamTls offered(UpstreamTls tls, @Nullable HttpProtocol http) {
        List<String> left =
                tls.alpn().stream()
                        .filter(name ->
                                (http == HttpProtocol.HTTP1 || !HTTP1.contains(name))
                                        && (http == HttpProtocol.HTTP2 || !HTTP2.contains(name)))
                        .toList();
        return left.size() == tls.alpn().size()
                ? tls
                : new UpstreamTls(tls.sni(), left, tls.peers(), tls.maxTls12());
    }
}
