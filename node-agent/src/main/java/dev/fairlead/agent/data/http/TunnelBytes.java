package dev.fairlead.agent.data.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** The bytes of a tunnel on an HTTP/1 connection that has become one. */
public final class TunnelBytes {

    private TunnelBytes() {}

    /**
     * Writes bytes; the last content ends this direction, on TLS too by a bare FIN (see {@code
     * Relay}: a close_notify would end both).
     */
    public static void write(Channel channel, HttpContent content) {
        if (content.content().isReadable()) {
            channel.write(content.content(), channel.voidPromise());
        } else {
            content.release();
        }
        if (content instanceof LastHttpContent) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> ((DuplexChannel) channel).shutdownOutput());
        }
    }

    /** Whether the peer has ended its direction. */
    public static boolean endsInput(Object event) {
        return event instanceof ChannelInputShutdownEvent
                || event instanceof SslCloseCompletionEvent closed && closed.isSuccess();
    }
}
