package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
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
            SpiffeId self,
            UpstreamTls tls,
            Set<SpiffeId> peers,
            InetSocketAddress to,
            ByteBufAllocator allocator) {
        return null;
    }

    @Override
    public @Nullable SslHandler originate(
            SpiffeId self, TlsOrigination tls, @Nullable String host, ByteBufAllocator allocator) {
        return null;
    }

    @Override
    public void guard(Channel channel, List<X509Certificate> chain, Runnable revoked) {}

    @Override
    public void guard(
            Channel channel,
            List<X509Certificate> chain,
            SpiffeId self,
            TlsOrigination tls,
            Runnable revoked) {}

    @Override
    public boolean isRevoked(SpiffeId self) {
        return false;
    }

    @Override
    public List<X509Certificate> chain(SpiffeId self) {
        return List.of();
    }
}
