package dev.fairlead.agent.data.tls;

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

/**
 * Where connections get their TLS from. Null: the identity has no SVID now, refuse the connection.
 *
 * <p>A handler owns native memory from its creation: put it into a pipeline at once, which frees it
 * when the handler is removed. Thread: any worker loop; never waits.
 */
public interface TlsStore {

    /** TLS towards a client, who must show a certificate of one of {@code tls.trustDomains()}. */
    @Nullable SslHandler server(ServerTls tls, ByteBufAllocator allocator);

    /**
     * TLS towards a server, who must be one of {@code peers}; else the handshake fails, before a
     * byte of the application was sent.
     *
     * @param self whose certificate is shown
     * @param to where the server is: sessions of one place are not offered at another
     * @param peers at least one; what {@code tls.peers()} says, or the addressed workload's own
     */
    @Nullable SslHandler client(
            SpiffeId self,
            UpstreamTls tls,
            Set<SpiffeId> peers,
            InetSocketAddress to,
            ByteBufAllocator allocator);

    /**
     * TLS towards a server outside the mesh, as a rule says. Null: {@code self} has no SVID, or a
     * credential that the rule names is not there for its namespace.
     *
     * @param self whose pod calls
     * @param host that the request asks for, where {@code tls} goes by that; null: none is known
     */
    @Nullable SslHandler originate(
            SpiffeId self, TlsOrigination tls, @Nullable String host, ByteBufAllocator allocator);

    /**
     * Ends a connection when its peer's chain is revoked.
     *
     * @param channel whose handshake has succeeded
     * @param revoked called on the channel's loop, at once where it is revoked already
     */
    void guard(Channel channel, List<X509Certificate> chain, Runnable revoked);

    /**
     * Ends a connection that {@link #originate} has secured when a list that its rule names has the
     * server's chain.
     *
     * @param self whose pod calls
     * @param revoked as above
     */
    void guard(
            Channel channel,
            List<X509Certificate> chain,
            SpiffeId self,
            TlsOrigination tls,
            Runnable revoked);

    /** Whether what {@code self} shows has been taken back by its issuer: peers refuse it. */
    boolean isRevoked(SpiffeId self);

    /** What {@code self} shows, leaf first; empty where it has no certificate now. */
    List<X509Certificate> chain(SpiffeId self);
}
