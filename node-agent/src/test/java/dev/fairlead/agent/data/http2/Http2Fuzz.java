package dev.fairlead.agent.data.http2;

import dev.fairlead.agent.data.http.RequestEncoder;
import dev.fairlead.agent.data.http.RequestHeadCheck;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http.StrictHttp1;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frames after the preface: no exception leaves the connection, and a request that is accepted is
 * one request when it is written for HTTP/1.1.
 */
public final class Http2Fuzz {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private Http2Fuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Server server = new Server();
        EmbeddedChannel channel = new EmbeddedChannel(server);
        try {
            channel.writeInbound(Unpooled.copiedBuffer(PREFACE, StandardCharsets.ISO_8859_1));
            channel.writeInbound(Unpooled.copiedBuffer(input));
            channel.runPendingTasks();
            channel.checkException();
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static final class Server extends Peer<PeerStream> {

        Server() {
            super(true);
        }

        @Override
        protected void headers(int streamId, @Nullable PeerStream known, Head head, boolean ends)
                throws Http2Exception {
            HttpRequest request = known == null ? RequestHeads.read(head, ends) : null;
            if (request == null) {
                throw Http2Exception.streamError(streamId, Http2Error.PROTOCOL_ERROR, "malformed");
            }
            if (RequestHeadCheck.check(request) == Refusal.NONE
                    && !request.headers().contains(HttpHeaderNames.UPGRADE)) {
                written(request);
            }
        }

        /** Its head, as one without a body. */
        private static void written(HttpRequest request) {
            DefaultFullHttpRequest whole =
                    new DefaultFullHttpRequest(
                            HttpVersion.HTTP_1_1, request.method(), request.uri());
            whole.headers().set(request.headers());
            whole.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
            whole.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
            EmbeddedChannel out = new EmbeddedChannel(new RequestEncoder());
            out.writeOutbound(whole);
            StringBuilder text = new StringBuilder();
            for (ByteBuf bytes = out.readOutbound(); bytes != null; bytes = out.readOutbound()) {
                text.append(bytes.toString(StandardCharsets.ISO_8859_1));
                bytes.release();
            }
            out.finishAndReleaseAll();
            StrictHttp1.Connection read = StrictHttp1.read(text.toString());
            if (read.requests().size() != 1 || !read.rest().isEmpty()) {
                throw new AssertionError("one request became " + read);
            }
        }

        /** An error that is none of the protocol's is one of ours. */
        @Override
        protected void onConnectionError(
                io.netty.channel.ChannelHandlerContext context,
                boolean outbound,
                Throwable cause,
                @Nullable Http2Exception error) {
            if (error == null || error.error() == Http2Error.INTERNAL_ERROR) {
                throw new AssertionError("the connection ends by a fault of ours", cause);
            }
            super.onConnectionError(context, outbound, cause, error);
        }

        @Override
        protected void goAwayReceived(int lastStream, long code) {
            // the client goes
        }

        @Override
        protected void settingsChanged(Http2Settings settings) {
            // the codec applies them
        }

        @Override
        protected long idleNanos() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        protected void counted(Event event) {
            // nobody asks
        }
    }

    public static List<String> seeds() {
        String settings = "\0\0\6\4\0\0\0\0\0\0\4\0\0\377\377";
        String get = "\202\206\204\101\1a"; // GET http / and :authority a
        String post = "\203\206\204\101\1a\0\1x\1y\17\15\0013";
        return List.of(
                settings + "\0\0\6\1\5\0\0\0\1" + get,
                settings + "\0\0\17\1\4\0\0\0\1" + post + "\0\0\3\0\1\0\0\0\1abc",
                settings + "\0\0\6\1\1\0\0\0\1" + get + "\0\0\2\11\4\0\0\0\1\17\0",
                settings + "\0\0\10\6\0\0\0\0\00012345678\0\0\4\10\0\0\0\0\0\0\0\0\1",
                settings + "\0\0\6\1\4\0\0\0\1" + get + "\0\0\4\3\0\0\0\0\1\0\0\0\10");
    }
}
