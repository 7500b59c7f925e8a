package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import org.jspecify.annotations.Nullable;

/** What a client offers by ALPN, for tests of other packages. */
public final class OfferedAlpn {

    private OfferedAlpn() {}

    /**
     * @param http null: bytes
     */
    public static UpstreamTls of(UpstreamTls tls, @Nullable HttpProtocol http) {
        return Alpn.offered(tls, http);
    }
}
