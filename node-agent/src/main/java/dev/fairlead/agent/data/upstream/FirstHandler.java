package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.header.ProxyHeaderWriter;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Puts into a new connection's pipeline what comes before all else: its books, a PROXY header where
 * one is due, then TLS. The pipeline frees TLS then; where it never got there, {@link
 * #releaseUnused} does.
 */
final class FirstHandler extends ChannelInitializer<Channel> {

    private final @Nullable SslHandler ssl;
    private final @Nullable ProxyHeaderWriter header;
    private final ConnectionBooks books;
    private boolean used;

    /**
     * @param origin what the header says; null: the connection's own ends
     */
    FirstHandler(
            @Nullable SslHandler ssl,
            ProxyProtocol version,
            @Nullable ProxyHeader origin,
            ConnectionBooks books) {
        this.books = books;
        this.ssl = ssl;
        this.header = version == ProxyProtocol.NONE ? null : new ProxyHeaderWriter(version, origin);
    }

    @Override
    protected void initChannel(Channel channel) {
        used = true;
        channel.pipeline().addLast(books);
        if (header != null) {
            channel.pipeline().addLast(header);
        }
        if (ssl != null) {
            channel.pipeline().addLast(ssl);
        }
    }

    @Nullable SslHandler ssl() {
        return ssl;
    }

    /** The connection is there: its header goes out before whatever its owner writes. */
    void sayWhoCalls() {
        if (header != null) {
            header.write();
        }
    }

    void releaseUnused() {
        if (ssl != null && !used) {
            ReferenceCountUtil.release(ssl.engine());
        }
    }
}
