package dev.fairlead.agent.data.header;

import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Writes a PROXY header before anything else goes out on a new connection, a TLS handshake
 * included, and leaves the pipeline. It must be the first handler.
 *
 * <p>Owner: the channel's loop.
 */
public final class ProxyHeaderWriter extends ChannelInboundHandlerAdapter {

    private static final int USUAL_BYTES = 64;

    private final ProxyProtocol version;
    private final @Nullable ProxyHeader origin;
    private @Nullable ChannelHandlerContext context;

    /**
     * @param origin what to say; null: the connection's own ends
     */
    public ProxyHeaderWriter(ProxyProtocol version, @Nullable ProxyHeader origin) {
        this.version = version;
        this.origin = origin;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        write();
        ctx.fireChannelActive();
    }

    /** Who made the connection may know that it is there before the pipeline does. */
    public void write() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        context = null;
        ProxyHeader header = origin != null ? origin : ownEnds(ctx.channel());
        if (header != null) {
            ByteBuf bytes = ctx.alloc().buffer(USUAL_BYTES);
            header.write(version, bytes);
            ctx.writeAndFlush(bytes, ctx.voidPromise());
        }
        ctx.pipeline().remove(this);
    }

    /** Null where it is closed already. */
    private static @Nullable ProxyHeader ownEnds(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress local
                        && channel.remoteAddress() instanceof InetSocketAddress remote
                ? new ProxyHeader(local, remote)
                : null;
    }
}
