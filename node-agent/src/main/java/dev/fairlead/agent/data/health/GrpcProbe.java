package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;

/**
 * {@code grpc.health.v1.Health/Check}: the answer must be SERVING, and the call end well.
 *
 * <p>Source: gRPC Health Checking Protocol.
 */
final class GrpcProbe extends RequestProbe {

    private static final int MAX_ANSWER = 1024; // SERVING is 2 bytes, and 5 before them

    private final HealthMessage.Request question;
    private final String authority;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream(16);
    private int httpStatus;
    private int grpcStatus = GrpcStatus.NONE;

    private GrpcProbe(HealthMessage.Request question, String authority) {
        this.question = question;
        this.authority = authority;
    }

    /** {@code cluster} is asked for where no authority is. */
    static GrpcProbe of(Kind.Grpc kind, String cluster) {
        return new GrpcProbe(
                new HealthMessage.Request(kind.service()),
                kind.authority().isEmpty() ? cluster : kind.authority());
    }

    @Override
    HttpRequest request() {
        var request =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.POST, "/grpc.health.v1.Health/Check");
        request.headers()
                .set(HttpHeaderNames.HOST, authority)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                .set(HttpHeaderNames.TE, "trailers")
                .set(HttpHeaderNames.USER_AGENT, HttpProbe.USER_AGENT)
                .set(HttpHeaderNames.CONTENT_LENGTH, question.framed().length);
        return request;
    }

    @Override
    LastHttpContent body() {
        return new DefaultLastHttpContent(Unpooled.wrappedBuffer(question.framed()));
    }

    @Override
    boolean http2() {
        return true;
    }

    @Override
    void read(HttpResponse head) {
        httpStatus = head.status().code();
        grpcStatus = GrpcStatus.read(head.headers());
    }

    @Override
    void read(HttpContent content) {
        ByteBuf bytes = content.content();
        int room = Math.max(0, MAX_ANSWER - answer.size());
        byte[] some = new byte[Math.min(room, bytes.readableBytes())];
        bytes.getBytes(bytes.readerIndex(), some);
        answer.writeBytes(some);
        if (content instanceof LastHttpContent last && grpcStatus == GrpcStatus.NONE) {
            grpcStatus = GrpcStatus.read(last.trailingHeaders());
        }
    }

    @Override
    boolean isWell() {
        return httpStatus == 200
                && grpcStatus == GrpcStatus.OK
                && HealthMessage.isServing(answer.toByteArray());
    }
}
