package dev.fairlead.agent.ops.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the admin server: one request, its answer, closed. Checks what holds for every
 * page, then has the page made on a virtual thread.
 *
 * <p>Owner: the admin loop.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private final Pages pages;
    private final boolean loopbackHostOnly;
    private final Executor executor;
    private boolean asked;

    /**
     * @param loopbackHostOnly refuse requests that a page of the web may have caused
     */
    AdminHandler(Pages pages, boolean loopbackHostOnly, Executor executor) {
        this.pages = pages;
        this.loopbackHostOnly = loopbackHostOnly;
        this.executor = executor;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (asked) {
            return; // a pipelined second request: the first one's answer closes
        }
        asked = true;
        boolean head = request.method().equals(HttpMethod.HEAD);
        AdminResponse refusal = refusal(request);
        if (refusal != null) {
            write(context, "", head, refusal);
            return;
        }
        AdminRequest asks = parse(request);
        if (asks == null) {
            write(context, "", head, AdminResponse.refusal(400, "not a path and a query"));
            return;
        }
        executor.execute(() -> write(context, asks.path(), head, pages.answer(asks)));
    }

    private @Nullable AdminResponse refusal(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return AdminResponse.refusal(400, "not a request");
        }
        HttpMethod method = request.method();
        if (!method.equals(HttpMethod.GET)
                && !method.equals(HttpMethod.HEAD)
                && !method.equals(HttpMethod.POST)) {
            return AdminResponse.refusal(405, "GET, HEAD and POST only");
        }
        if (!loopbackHostOnly) {
            return null;
        }
        String host = header(request.headers(), HttpHeaderNames.HOST);
        if (request.headers().getAll(HttpHeaderNames.HOST).size() != 1
                || !LoopbackHost.names(host)) {
            return AdminResponse.refusal(403, "Host must be localhost, 127.x.x.x or [::1]");
        }
        String origin = header(request.headers(), HttpHeaderNames.ORIGIN);
        if (!origin.isEmpty() && !LoopbackHost.isOrigin(origin)) {
            return AdminResponse.refusal(403, "not for pages of other hosts");
        }
        return null;
    }

    /** Null where an escape is broken. A plus stands for itself: filters are full of them. */
    private static @Nullable AdminRequest parse(FullHttpRequest request) {
        try {
            QueryStringDecoder uri =
                    QueryStringDecoder.builder().htmlQueryDecoding(false).build(request.uri());
            return new AdminRequest(
                    request.method().equals(HttpMethod.POST),
                    uri.path(),
                    uri.parameters(),
                    header(request.headers(), HttpHeaderNames.ACCEPT));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String header(HttpHeaders headers, CharSequence name) {
        @Nullable String value = headers.get(name);
        return value == null ? "" : value;
    }

    private void write(
            ChannelHandlerContext context, String path, boolean head, AdminResponse answer) {
        byte[] body = answer.body().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answer.status()),
                        head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache, max-age=0");
        headers.set("x-content-type-options", "nosniff");
        headers.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
        headers.set(HttpHeaderNames.CONNECTION, "close");
        if (answer.status() == 405) {
            String allow = pages.allow(path);
            headers.set(HttpHeaderNames.ALLOW, allow.isEmpty() ? "GET, HEAD, POST" : allow);
        }
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
