package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.http.ConnectionHeader;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.ResponseFraming;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one exchange is told, an upstream's answer or one of ours: its head, edited,
 * and whether the connection goes on after it.
 *
 * <p>Owner: its exchange, on the pod's loop.
 */
final class ClientAnswer {

    private final ClientSide downstream;
    private final HttpRouter router;
    private final HttpRequest request;
    private final ExchangeBooks books;
    private final @Nullable GrpcCall grpc;
    private final boolean http10;
    private final boolean http2;
    private boolean goesOn;
    private boolean begun;
    private boolean overloaded;
    private int attempts;
    private @Nullable RouteHeads heads;
    private @Nullable String cookie;
    private @Nullable HttpHeaders added;

    /**
     * @param grpc null: the client is none of gRPC's
     */
    ClientAnswer(
            ClientSide downstream,
            HttpRouter router,
            HttpRequest request,
            ExchangeBooks books,
            @Nullable GrpcCall grpc) {
        this.downstream = downstream;
        this.router = router;
        this.request = request;
        this.books = books;
        this.grpc = grpc;
        this.http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.http2 = request.protocolVersion().majorVersion() == 2;
        this.goesOn = HttpUtil.isKeepAlive(request);
    }

    /** The client has its head. */
    boolean begun() {
        return begun;
    }

    /** Whether the connection can serve another request after it. */
    boolean goesOn() {
        return goesOn;
    }

    /** The connection is of no use after it. */
    void closes() {
        goesOn = false;
    }

    /** Its head is edited by these. */
    void editedBy(RouteHeads edits) {
        heads = edits;
    }

    /** It brings this cookie. */
    void brings(@Nullable String setCookie) {
        cookie = setCookie;
    }

    /** It has these too. */
    void brings(HttpHeaders more) {
        added = more;
    }

    /** It says that it is for too much being under way. */
    void ofOverload() {
        overloaded = true;
    }

    /** It says of which try it is, where its route wants that; 0: of none. */
    void ofAttempt(int number) {
        attempts = number;
    }

    /**
     * An interim head of the upstream's.
     *
     * @return whether the client gets it
     */
    boolean interim(HttpResponse interim) {
        if (http10 || interim.status().code() == HttpResponseStatus.CONTINUE.code()) {
            return false;
        }
        ConnectionHeader.removeHopByHop(interim.headers());
        downstream.writeInterim(interim);
        return true;
    }

    /** The upstream opens a tunnel: its head is the client's. */
    void tunnel(HttpResponse response) {
        begun = true;
        downstream.write(response);
        downstream.tunnel();
        downstream.flush();
    }

    /**
     * The upstream's head.
     *
     * @param whole whether the request has ended
     */
    void head(HttpResponse response, boolean whole) {
        begun = true;
        HttpHeaders headers = response.headers();
        ConnectionHeader.removeHopByHop(headers);
        if (whole) {
            headers.set(
                    HeaderNames.X_ENVOY_UPSTREAM_SERVICE_TIME,
                    Long.toString(TimeUnit.NANOSECONDS.toMillis(books.nanosSinceRequest())));
        }
        if (cookie != null) {
            headers.add(HttpHeaderNames.SET_COOKIE, cookie);
        }
        edit(response);
        goesOn =
                ResponseFraming.edit(
                        response, request.method(), http10, goesOn && downstream.goesOn());
        downstream.write(response);
    }

    /**
     * A whole answer of ours.
     *
     * @param whole whether the request has ended
     */
    void local(LocalAnswer says, boolean whole) {
        begun = true;
        goesOn = goesOn && downstream.goesOn() && (whole || !mayHaveRequestBody());
        if (!http2 && says.status() == HttpResponseStatus.BAD_REQUEST.code()) {
            goesOn = false; // Envoy takes it for a broken message, whoever says it
        }
        FullHttpResponse response =
                says.response(grpc, http2, http10, goesOn, downstream.allocator());
        if (overloaded) {
            response.headers().set(HeaderNames.X_ENVOY_OVERLOADED, "true");
        }
        edit(response);
        books.replied(response.status().code(), response.content().readableBytes());
        downstream.write((HttpResponse) response);
    }

    private void edit(HttpResponse response) {
        if (attempts > 0) {
            response.headers().set(HeaderNames.X_ENVOY_ATTEMPT_COUNT, attempts);
        }
        if (added != null) {
            response.headers().add(added);
        }
        if (heads != null) {
            heads.forDownstream(response);
        }
        ResponseEdit.forDownstream(response.headers(), request, router.manager());
    }

    private boolean mayHaveRequestBody() {
        return HttpUtil.isTransferEncodingChunked(request)
                || HttpUtil.getContentLength(request, 0L) > 0;
    }
}
