package dev.fairlead.agent.data.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;

/**
 * Netty's response decoder, told of each request, so that it knows when a body cannot come (HEAD)
 * and when no byte may come at all (nothing was asked): then it says so by an exception, and the
 * connection must be closed.
 *
 * <p>Thread: the channel's loop.
 */
public final class ResponseDecoder extends HttpResponseDecoder {

    private static final HttpDecoderConfig LIMITS =
            new HttpDecoderConfig()
                    .setMaxInitialLineLength(8 * 1024)
                    .setMaxHeaderSize(60 * 1024)
                    .setMaxChunkSize(64 * 1024);

    private boolean expecting;
    private boolean head;

    public ResponseDecoder() {
        super(LIMITS);
    }

    /** A request is about to be sent. */
    public void expect(boolean headRequest) {
        expecting = true;
        head = headRequest;
    }

    /**
     * The response has ended. False where bytes are left over: the connection cannot be used again.
     */
    public boolean finish() {
        expecting = false;
        return actualReadableBytes() == 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!expecting) {
            ReferenceCountUtil.release(message);
            ctx.fireExceptionCaught(new CorruptedFrameException("bytes that nobody asked for"));
            return;
        }
        super.channelRead(ctx, message);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return head || super.isContentAlwaysEmpty(message);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString known = KnownNames.of(line, start, length);
        return known == null ? super.splitHeaderName(line, start, length) : known;
    }
}
