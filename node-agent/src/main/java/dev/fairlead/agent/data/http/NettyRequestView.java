package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.request.RequestView;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decoded request as routing reads it. Nothing is copied. */
public final class NettyRequestView implements RequestView {

    private final HttpRequest request;
    private final String authority;

    public NettyRequestView(HttpRequest request) {
        this.request = request;
        String host = request.headers().get(HttpHeaderNames.HOST);
        this.authority = host == null ? "" : host;
    }

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public String path() {
        return request.uri();
    }

    @Override
    public String authority() {
        return authority;
    }

    @Override
    public String scheme() {
        String said = request.headers().get(HeaderNames.X_FORWARDED_PROTO);
        boolean unsaid = request.protocolVersion().majorVersion() == 1; // HTTP/2 says :scheme
        return unsaid && said != null && said.equalsIgnoreCase("https") ? "https" : "http";
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return request.headers().get(lowerCaseName);
    }

    @Override
    public List<String> headers(String lowerCaseName) {
        return request.headers().getAll(lowerCaseName);
    }
}
