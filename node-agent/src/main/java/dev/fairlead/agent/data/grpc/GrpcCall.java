package dev.fairlead.agent.data.grpc;

import dev.fairlead.agent.data.http.ResponseFraming;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call as it passes: its messages each way and its status. It looks and changes nothing.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class GrpcCall {

    private static final AsciiString TYPE = AsciiString.cached("application/grpc");

    private final MessageCounter requests = new MessageCounter();
    private final MessageCounter responses = new MessageCounter();
    private long requestsTaken;
    private long responsesTaken;
    private int status = GrpcStatus.NONE;

    private GrpcCall() {}

    /** Null where {@code head} is not that of a call. */
    public static @Nullable GrpcCall of(HttpRequest head) {
        return begins(head) ? new GrpcCall() : null;
    }

    /** Whether {@code head} is that of a call. */
    public static boolean begins(HttpRequest head) {
        HttpHeaders headers = head.headers();
        if (!headers.contains(HttpHeaderNames.CONTENT_TYPE)) {
            return false; // most requests, and nothing was made for them
        }
        Iterator<? extends CharSequence> types =
                headers.valueCharSequenceIterator(HttpHeaderNames.CONTENT_TYPE);
        return types.hasNext() && isGrpc(types.next());
    }

    /** {@code application/grpc} and {@code application/grpc+…}; not grpc-web, which is framed. */
    static boolean isGrpc(CharSequence contentType) {
        int length = TYPE.length();
        if (contentType.length() < length
                || contentType.length() > length && contentType.charAt(length) != '+') {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (contentType.charAt(i) != TYPE.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A piece of the request's body, or its end. */
    public void request(HttpContent content) {
        requests.add(content.content());
    }

    /** The head of the response, which has the status where there is nothing else. */
    public void head(HttpResponse response) {
        status = GrpcStatus.read(response.headers());
    }

    /** A piece of the response's body, or its end with the status in the trailers. */
    public void response(HttpContent content) {
        responses.add(content.content());
        if (content instanceof LastHttpContent last) {
            int said = GrpcStatus.read(last.trailingHeaders());
            status = said == GrpcStatus.NONE ? status : said;
        }
    }

    /** Whether the call itself has said how it ended. */
    public boolean saidStatus() {
        return status != GrpcStatus.NONE;
    }

    /**
     * How the call ended: what was said, otherwise what the response's HTTP status stands for.
     *
     * @param httpStatus 0: no response was sent, and there is no status
     */
    public int status(int httpStatus) {
        if (status != GrpcStatus.NONE || httpStatus == 0) {
            return status;
        }
        return GrpcStatus.ofHttp(httpStatus);
    }

    /** Whether a message has begun since they were taken. */
    public boolean hasMessages() {
        return requests.begun() > requestsTaken || responses.begun() > responsesTaken;
    }

    /** The client's messages since they were last taken. */
    public long takeRequests() {
        long more = requests.begun() - requestsTaken;
        requestsTaken += more;
        return more;
    }

    /** The upstream's messages since they were last taken. */
    public long takeResponses() {
        long more = responses.begun() - responsesTaken;
        responsesTaken += more;
        return more;
    }

    /**
     * An answer in the upstream's stead: trailers only.
     *
     * @param message text for a reader; empty: none
     * @param http2 whether it goes out in HTTP/2, where its end needs no length
     */
    public DefaultFullHttpResponse reply(
            int code, String message, boolean http2, boolean http10, boolean goesOn) {
        status = code;
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, TYPE);
        headers.set(GrpcStatus.HEADER, Integer.toString(code));
        if (!message.isEmpty()) {
            headers.set(GrpcStatus.MESSAGE, GrpcStatus.percentEncode(message));
        }
        if (!http2) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
        }
        ResponseFraming.sayConnection(headers, http10, goesOn);
        return response;
    }

    /** The end of a response that has begun, in the upstream's stead. */
    public LastHttpContent end(int code, String message) {
        status = code;
        LastHttpContent end = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        end.trailingHeaders().set(GrpcStatus.HEADER, Integer.toString(code));
        end.trailingHeaders().set(GrpcStatus.MESSAGE, GrpcStatus.percentEncode(message));
        return end;
    }
}
