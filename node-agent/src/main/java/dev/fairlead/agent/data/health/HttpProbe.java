package dev.fairlead.agent.data.health;

import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;

/** A request whose answer must have one of some statuses. */
final class HttpProbe extends RequestProbe {

    /** Servers and their logs know Envoy's checks by it. */
    static final String USER_AGENT = "Envoy/HC";

    private final Kind.Http kind;
    private final String host;
    private int status;

    private HttpProbe(Kind.Http kind, String host) {
        this.kind = kind;
        this.host = host;
    }

    /** {@code cluster} is asked for where no host is. */
    static HttpProbe of(Kind.Http kind, String cluster) {
        return new HttpProbe(kind, kind.host().isEmpty() ? cluster : kind.host());
    }

    @Override
    HttpRequest request() {
        var request =
                new DefaultHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.valueOf(kind.method()), kind.path());
        request.headers().set(HttpHeaderNames.HOST, host);
        request.headers().set(HttpHeaderNames.USER_AGENT, USER_AGENT);
        return request;
    }

    @Override
    LastHttpContent body() {
        return LastHttpContent.EMPTY_LAST_CONTENT;
    }

    @Override
    boolean http2() {
        return kind.http2();
    }

    @Override
    void read(HttpResponse head) {
        status = head.status().code();
    }

    @Override
    void read(HttpContent content) {}

    @Override
    boolean isWell() {
        for (Kind.Statuses range : kind.expected()) {
            if (status >= range.from() && status < range.to()) {
                return true;
            }
        }
        return false;
    }
}
