package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.http.ResponseFraming;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer of ours, which each client gets in the form that it understands.
 *
 * @param status of HTTP
 * @param grpcStatus a gRPC client's instead
 * @param text its body, or a gRPC client's message
 * @param bytes body where it is no text of ours; null: {@code text}
 * @param more headers than an answer has anyway; null: none
 * @param details why, for the log; null: its flag says all
 */
record LocalAnswer(
        int status,
        int grpcStatus,
        String text,
        @Nullable ByteBuffer bytes,
        @Nullable HttpHeaders more,
        @Nullable String details) {

    static LocalAnswer of(int status, String text) {
        return of(status, -1, text);
    }

    /**
     * @param grpcStatus -1: what {@code status} stands for
     */
    static LocalAnswer of(int status, int grpcStatus, String text) {
        int call = grpcStatus < 0 ? GrpcStatus.ofHttp(status) : grpcStatus;
        return new LocalAnswer(status, call, text, null, null, null);
    }

    /** What {@code route}, which sends nothing on, says to {@code request}. */
    static LocalAnswer of(Route route, RequestView request) {
        return switch (route.action()) {
            case RouteAction.Respond(int status, ByteBuffer body) ->
                    new LocalAnswer(
                            status,
                            GrpcStatus.ofHttp(status),
                            "",
                            body,
                            location(Redirect.ofResponse(status, request)),
                            null);
            case Redirect redirect ->
                    of(redirect.status(), "")
                            .with(location(redirect.location(request, route.match().path())));
            case RouteAction.Forward forward ->
                    throw new IllegalStateException("no answer: " + forward);
        };
    }

    private static @Nullable HttpHeaders location(@Nullable String url) {
        return url == null ? null : new DefaultHttpHeaders().set(HttpHeaderNames.LOCATION, url);
    }

    LocalAnswer with(@Nullable HttpHeaders headers) {
        return new LocalAnswer(status, grpcStatus, text, bytes, headers, details);
    }

    LocalAnswer because(String why) {
        return new LocalAnswer(status, grpcStatus, text, bytes, more, why);
    }

    /**
     * @param grpc null: the client is none of gRPC's
     * @param goesOn whether an HTTP/1 connection does
     */
    FullHttpResponse response(
            @Nullable GrpcCall grpc,
            boolean http2,
            boolean http10,
            boolean goesOn,
            ByteBufAllocator allocator) {
        FullHttpResponse response =
                grpc == null
                        ? ResponseFraming.reply(body(allocator), status, http10, goesOn)
                        : grpc.reply(grpcStatus, message(), http2, http10, goesOn);
        if (more != null) {
            addTo(response.headers(), more, grpc != null);
        }
        return response;
    }

    /** Its own content type takes the place of ours; a gRPC client's stays what it is. */
    private static void addTo(HttpHeaders head, HttpHeaders more, boolean grpc) {
        List<String> types = more.getAll(HttpHeaderNames.CONTENT_TYPE);
        List<String> kept =
                grpc || types.isEmpty() ? head.getAll(HttpHeaderNames.CONTENT_TYPE) : types;
        head.add(more).remove(HttpHeaderNames.CONTENT_TYPE);
        head.add(HttpHeaderNames.CONTENT_TYPE, kept);
    }

    private ByteBuf body(ByteBufAllocator allocator) {
        return bytes != null
                ? Unpooled.wrappedBuffer(bytes)
                : text.isEmpty() ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeUtf8(allocator, text);
    }

    private String message() {
        return bytes == null ? text : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
