package dev.fairlead.lab.pods;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
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
        Http2FrameCodec codec = Http2FrameCodecBuilder.forClient().build();
        EmbeddedChannel http2 = new EmbeddedChannel(codec);
        try {
            ask(http2, codec.newStream(), service);
            byte[] piece = new byte[4096];
            while (!ended && System.nanoTime() - deadlineNanos < 0) {
                send(http2);
                int count = socket.getInputStream().read(piece);
                if (count < 0) {
                    return false;
                }
                http2.writeInbound(Unpooled.copiedBuffer(piece, 0, count));
                read(http2);
            }
        } finally {
            http2.finishAndReleaseAll();
        }
        return "0".equals(status) && saysServing(message.toByteArray());
    }

    private void ask(EmbeddedChannel http2, Http2FrameStream stream, String service) {
        Http2Headers head =
                new DefaultHttp2Headers()
                        .method("POST")
                        .scheme("http")
                        .authority(authority)
                        .path(METHOD)
                        .add("content-type", "application/grpc")
                        .add("te", "trailers")
                        .add("user-agent", "kube-probe/fairlead-lab");
        http2.writeOutbound(
                new DefaultHttp2HeadersFrame(head, false).stream(stream),
                new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(question(service)), true)
                        .stream(stream));
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

    private void read(EmbeddedChannel http2) throws IOException {
        Object frame;
        while ((frame = http2.readInbound()) != null) {
            try {
                if (frame instanceof Http2HeadersFrame headers) {
                    CharSequence said = headers.headers().get("grpc-status");
                    status = said == null ? null : said.toString();
                    ended |= headers.isEndStream();
                } else if (frame instanceof Http2DataFrame data) {
                    message.writeBytes(ByteBufUtil.getBytes(data.content()));
                    ended |= data.isEndStream();
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }
        if (message.size() > MAX_ANSWER_BYTES) {
            throw new IOException("health answer longer than " + MAX_ANSWER_BYTES + " bytes");
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
