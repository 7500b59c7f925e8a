package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A store without a single certificate. */
final class NoTls implements TlsStore {

    @Override
    public @Nullable SslHandler server(ServerTls tls, ByteBufAllocator allocator) {
        return null;
    }

    @Override
    public @Nullable SslHandler client(
            SpiffeId self, UpstreamTls tls, Set<SpiffeId> peers, ByteBufAllocator allocator) {
        return null;
    }

    @Override
    public @Nullable String certificateHash(SpiffeId self) {
        return null;
    }
}
