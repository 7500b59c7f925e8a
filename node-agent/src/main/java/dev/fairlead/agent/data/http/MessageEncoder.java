package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes HTTP/1.1 messages as bytes. A small message is one buffer, and one plain {@code send} of
 * the kernel: what is written is held until it is flushed, and small pieces of a body are copied
 * behind their head.
 *
 * <p>Source: RFC 9112. Owner: its channel's loop.
 */
abstract class MessageEncoder extends ChannelOutboundHandlerAdapter {

    static final int CR_LF = '\r' << 8 | '\n';

    private static final int COLON_SPACE = ':' << 8 | ' ';

    /** A larger piece of a body is not copied. */
    private static final int COPIED = 1024;

    private static final int MOST_HELD = 4096;

    private static final int LEAST_BUFFER = 256;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};

    /** How the body of the message under way is written. */
    private enum Body {
        PLAIN,
        CHUNKED,
        NONE
    }

    private Body body = Body.NONE;
    private @Nullable ByteBuf held;
    private int usualBytes = LEAST_BUFFER;

    /** The first line of {@code head}, with its end. */
    abstract void startLine(ByteBuf out, HttpMessage head);

    /** Whether it has no body whatever it says; takes off what must not be said then. */
    abstract boolean bodiless(HttpMessage head);

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof HttpObject)) {
            sendHeld(ctx);
            ctx.write(message, promise);
            return;
        }
        try {
            if (message instanceof HttpMessage head) {
                begin(ctx, head);
            }
            if (message instanceof HttpContent content) {
                content(ctx, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
        if (!promise.isVoid()) {
            sendHeld(ctx);
            ctx.write(Unpooled.EMPTY_BUFFER, promise);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpMessage head) {
        boolean bodiless = bodiless(head);
        ByteBuf out = room(ctx);
        startLine(out, head);
        headers(out, head.headers());
        out.writeShort(CR_LF);
        if (bodiless) {
            body = Body.NONE;
        } else {
            body = HttpUtil.isTransferEncodingChunked(head) ? Body.CHUNKED : Body.PLAIN;
        }
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        ByteBuf bytes = content.content();
        int length = bytes.readableBytes();
        switch (body) {
            case PLAIN -> {
                if (length > 0) {
                    bytes(ctx, bytes, length);
                }
            }
            case CHUNKED -> {
                if (length > 0) {
                    ByteBuf out = room(ctx);
                    out.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
                    out.writeShort(CR_LF);
                    bytes(ctx, bytes, length);
                    room(ctx).writeShort(CR_LF);
                }
                if (content instanceof LastHttpContent last) {
                    ByteBuf out = room(ctx);
                    out.writeBytes(LAST_CHUNK);
                    headers(out, last.trailingHeaders());
                    out.writeShort(CR_LF);
                }
            }
            case NONE -> {}
        }
    }

    private void bytes(ChannelHandlerContext ctx, ByteBuf bytes, int length) {
        if (length <= COPIED) {
            copy(bytes, length, room(ctx));
        } else {
            sendHeld(ctx);
            ctx.write(bytes.retain(), ctx.voidPromise());
        }
    }

    /** The way round in which Netty's buffers make no NIO buffer for it. */
    private static void copy(ByteBuf bytes, int length, ByteBuf out) {
        int end = out.writerIndex();
        out.ensureWritable(length);
        bytes.getBytes(bytes.readerIndex(), out, end, length);
        out.writerIndex(end + length);
    }

    private static void headers(ByteBuf out, HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            text(out, header.getKey());
            out.writeShort(COLON_SPACE);
            text(out, header.getValue());
            out.writeShort(CR_LF);
        }
    }

    /** Characters up to 255 are bytes, as they were read; others become question marks. */
    static void text(ByteBuf out, CharSequence text) {
        if (text instanceof AsciiString ascii) {
            ByteBufUtil.copy(ascii, out);
        } else {
            out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        }
    }

    /** What is written next goes there. */
    private ByteBuf room(ChannelHandlerContext ctx) {
        ByteBuf out = held;
        if (out != null && out.readableBytes() > MOST_HELD) {
            sendHeld(ctx);
            out = null;
        }
        if (out == null) {
            out = ctx.alloc().directBuffer(usualBytes + usualBytes / 4);
            held = out;
        }
        return out;
    }

    private void sendHeld(ChannelHandlerContext ctx) {
        ByteBuf out = held;
        if (out != null) {
            held = null;
            usualBytes =
                    Math.max(LEAST_BUFFER, usualBytes + (out.readableBytes() - usualBytes) / 8);
            ctx.write(out, ctx.voidPromise());
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        sendHeld(ctx);
        ctx.flush();
    }

    /** Bytes of a tunnel may follow, or the connection is over. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            sendHeld(ctx);
        } else if (held != null) {
            held.release();
            held = null;
        }
    }
}
