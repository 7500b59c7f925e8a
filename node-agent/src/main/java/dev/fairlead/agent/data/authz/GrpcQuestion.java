package dev.fairlead.agent.data.authz;

import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.policy.RequestFacts;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@code envoy.service.auth.v3.Authorization/Check}. A call that fails is no answer. */
public final class GrpcQuestion implements Question {

    private static final String PATH = "/envoy.service.auth.v3.Authorization/Check";

    private final String authority;
    private final byte[] message;

    private GrpcQuestion(ExternalAuthorization.Grpc service, byte[] message) {
        this.authority = service.authority().isEmpty() ? service.cluster() : service.authority();
        this.message = message;
    }

    /**
     * @param body null: the authorizer sees nothing of it, or there is none
     * @param own SPIFFE ID of the pod that is asked for; null: no mTLS
     */
    public static GrpcQuestion ofRequest(
            ExternalAuthorization.Grpc service,
            RequestFacts facts,
            HttpRequest about,
            @Nullable CheckedBody body,
            int sourcePort,
            @Nullable String own,
            Instant now) {
        return new GrpcQuestion(
                service, CheckRequest.ofRequest(facts, about, body, sourcePort, own, now));
    }

    /**
     * About a connection that is no HTTP.
     *
     * @param own SPIFFE ID of the pod that is asked for; null: no mTLS
     */
    public static GrpcQuestion ofConnection(
            ExternalAuthorization.Grpc service,
            RequestFacts facts,
            int sourcePort,
            @Nullable String own) {
        return new GrpcQuestion(service, CheckRequest.ofConnection(facts, sourcePort, own));
    }

    @Override
    public HttpRequest head() {
        HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH);
        head.headers()
                .set(HttpHeaderNames.HOST, authority)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
                .set(HttpHeaderNames.TE, "trailers")
                .set(HttpHeaderNames.CONTENT_LENGTH, message.length);
        return head;
    }

    @Override
    public LastHttpContent body() {
        return new DefaultLastHttpContent(Unpooled.wrappedBuffer(message));
    }

    @Override
    public boolean http2() {
        return true;
    }

    @Override
    public Verdict read(int status, HttpHeaders headers, byte[] body, HttpHeaders trailers) {
        int ofHead = GrpcStatus.read(headers);
        int grpc = ofHead == GrpcStatus.NONE ? GrpcStatus.read(trailers) : ofHead;
        return status == 200 && grpc == GrpcStatus.OK
                ? CheckResponse.read(body)
                : new Verdict.Failed();
    }
}
