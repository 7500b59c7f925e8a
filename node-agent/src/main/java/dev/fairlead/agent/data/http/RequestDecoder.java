package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * Netty's request decoder, stricter where it is lenient: white space other than one space between
 * the parts of the request line, and folded header lines, end in a failed decoder result; and
 * nothing after a failure is read as another request.
 *
 * <p>Source: RFC 9112 §3, §5.2. Thread: the channel's loop.
 */
public final class RequestDecoder extends HttpRequestDecoder {

    /** What a head may have: request line 8 KiB, headers 60 KiB together, as Envoy. */
    private static final HttpDecoderConfig LIMITS =
            new HttpDecoderConfig()
                    .setMaxInitialLineLength(8 * 1024)
                    .setMaxHeaderSize(60 * 1024)
                    .setMaxChunkSize(64 * 1024);

    private boolean inHead = true;
    private boolean requestLineRead;
    private boolean failed;

    public RequestDecoder() {
        super(LIMITS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
            throws Exception {
        if (failed) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        if (inHead && beginsOrFoldsWithSpace(buffer)) {
            failed = true;
            buffer.skipBytes(buffer.readableBytes());
            out.add(refused());
            return;
        }
        int before = out.size();
        super.decode(ctx, buffer, out);
        for (int i = before; i < out.size(); i++) {
            note(out.get(i));
        }
    }

    private void note(Object message) {
        if (message instanceof HttpRequest request) {
            inHead = false;
            requestLineRead = false;
            failed = request.decoderResult().isFailure();
        }
        if (message instanceof LastHttpContent last) {
            inHead = true;
            failed |= last.decoderResult().isFailure();
        }
    }

    /** Netty consumes a head by whole lines, so the buffer begins at a line's beginning. */
    private boolean beginsOrFoldsWithSpace(ByteBuf buffer) {
        int end = buffer.writerIndex();
        int line = buffer.readerIndex();
        boolean afterRequestLine = requestLineRead;
        while (line < end) {
            byte first = buffer.getByte(line);
            if (first == ' ' || first == '\t') {
                return true;
            }
            int feed = buffer.indexOf(line, end, (byte) '\n');
            boolean empty = feed - line <= 1;
            if (feed < 0 || empty && afterRequestLine) {
                return false; // the rest of the line is to come, or the empty line ends the head
            }
            afterRequestLine |= !empty;
            line = feed + 1;
        }
        return false;
    }

    private static HttpRequest refused() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.setDecoderResult(
                DecoderResult.failure(new IllegalArgumentException("white space before a line")));
        return request;
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        requestLineRead = true;
        if (line[start + length] != ' ' || isSpace(line[start + length + 1])) {
            throw new IllegalArgumentException("white space in the request line");
        }
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        if (start >= 2 && (line[start - 1] != ' ' || isSpace(line[start - 2]))) {
            throw new IllegalArgumentException("white space in the request line");
        }
        return super.splitThirdWordInitialLine(line, start, length);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString known = KnownNames.of(line, start, length);
        return known == null ? super.splitHeaderName(line, start, length) : known;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= 0x09 && b <= 0x0d);
    }
}
