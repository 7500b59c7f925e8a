package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** TLS handlers with the certificates of this node's pods. Safe for use by all worker loops. */
public interface MutualTls {

    /** Server side; null while there is no certificate. */
    @Nullable SslHandler server(ServerTls tls, ByteBufAllocator allocator);

    /**
     * Client side for {@code self}; null while there is no certificate. The handshake fails unless
     * the server proves to be one of {@code peers}.
     */
    @Nullable SslHandler client(
            SpiffeId self, UpstreamTls tls, Set<SpiffeId> peers, ByteBufAllocator allocator);

    /** Verified identity of the peer once the handshake is over. */
    SpiffeId peer(SslHandler handler);

    /** The peer's certificate as XFCC's Hash wants it: SHA-256, lower-case hex. */
    String peerHash(SslHandler handler);
}
