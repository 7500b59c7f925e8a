package dev.fairlead.lab.pods;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One question to gRPC's health service, in HTTP/2 on a blocking socket: its caller's thread
 * belongs to the node's network namespace, and so must the socket.
 *
 * <p>Source: gRPC, "GRPC Health Checking Protocol".
 */
final class GrpcHealth {

    private static final String METHOD = "/grpc.health.v1.Health/Check";
    private static final int STREAM = 1;
    private static final int SERVICE_FIELD = 1;
    private static final int STATUS_FIELD = 1;
    private static final long SERVING = 1;
    private static final int PREFIX_BYTES = 5;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private final Socket socket;
    private final String authority;
    private final long deadlineNanos;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private @Nullable String status;
    private boolean ended;

    /** {@code deadlineNanos} by {@link System#nanoTime}. The socket stays the caller's. */
    GrpcHealth(Socket socket, String authority, long deadlineNanos) {
        this.socket = socket;
        this.authority = authority;
        this.deadlineNanos = deadlineNanos;
    }

    /** Whether {@code service} says that it serves; false where it says nothing in time. */
    boolean serves(String service) throws IOException {
        Http2ConnectionHandler codec =
                new Http2ConnectionHandlerBuilder()
                        .server(false)
                        .frameListener(new Answer())
                        .build();
        EmbeddedChannel http2 = new EmbeddedChannel(codec);
        try {
            ask(http2, codec, service);
            byte[] piece = new byte[4096];
            while (!ended && System.nanoTime() - deadlineNanos < 0) {
                send(http2);
                int count = socket.getInputStream().read(piece);
                if (count < 0 || message.size() > MAX_ANSWER_BYTES) {
                    return false;
                }
                http2.writeInbound(Unpooled.copiedBuffer(piece, 0, count));
            }
        } finally {
            http2.finishAndReleaseAll();
        }
        return "0".equals(status) && saysServing(message.toByteArray());
    }

    private void ask(EmbeddedChannel http2, Http2ConnectionHandler codec, String service) {
        Http2Headers head =
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .authority(authority)
                        .path(METHOD)
                        .add("content-type", "application/grpc")
                        .add("te", "trailers")
                        .add("user-agent", "kube-probe/fairlead-lab");
        ChannelHandlerContext context = http2.pipeline().context(codec);
        codec.encoder().writeHeaders(context, STREAM, head, 0, false, http2.newPromise());
        codec.encoder()
                .writeData(
                        context,
                        STREAM,
                        Unpooled.wrappedBuffer(question(service)),
                        0,
                        true,
                        http2.newPromise());
        http2.flush();
    }

    private final class Answer extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int stream,
                Http2Headers headers,
                int padding,
                boolean ends) {
            CharSequence said = headers.get("grpc-status");
            status = said == null ? null : said.toString();
            ended |= ends;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext context,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean ends) {
            onHeadersRead(context, stream, headers, padding, ends);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext context,
                int stream,
                ByteBuf data,
                int padding,
                boolean ends) {
            message.writeBytes(ByteBufUtil.getBytes(data));
            ended |= ends;
            return data.readableBytes() + padding;
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext context, int stream, long code) {
            ended = true;
        }
    }

    private static byte[] question(String service) {
        UnknownFieldSet.Builder request = UnknownFieldSet.newBuilder();
        if (!service.isEmpty()) {
            request.addField(
                    SERVICE_FIELD,
                    UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8(service))
                            .build());
        }
        byte[] body = request.build().toByteArray();
        return ByteBuffer.allocate(PREFIX_BYTES + body.length)
                .put((byte) 0)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private void send(EmbeddedChannel http2) throws IOException {
        ByteBuf bytes;
        while ((bytes = http2.readOutbound()) != null) {
            try {
                socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
            } finally {
                bytes.release();
            }
        }
    }

    /** A message that is not compressed, and whose status is SERVING. */
    private static boolean saysServing(byte[] answer) throws InvalidProtocolBufferException {
        if (answer.length < PREFIX_BYTES
                || answer[0] != 0
                || ByteBuffer.wrap(answer).getInt(1) != answer.length - PREFIX_BYTES) {
            return false;
        }
        ByteString body = ByteString.copyFrom(answer, PREFIX_BYTES, answer.length - PREFIX_BYTES);
        var said = UnknownFieldSet.parseFrom(body).getField(STATUS_FIELD).getVarintList();
        return !said.isEmpty() && said.getLast() == SERVING;
    }
}
