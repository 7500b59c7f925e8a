package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.request.PathNormalization;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A request's path, written in the one way before anything is decided about it. */
final class RequestPath {

    private RequestPath() {}

    /**
     * Puts the path of {@code request} into its form.
     *
     * @return what the client is told instead of being let on; null: it is let on
     */
    static @Nullable LocalAnswer normalize(HttpRequest request, PathNormalization how) {
        String asked = request.uri();
        if (how.equals(PathNormalization.NONE)
                || !asked.startsWith("/")
                || request.method().equals(HttpMethod.CONNECT)) {
            return null;
        }
        String path = how.of(asked);
        if (path == null) {
            return LocalAnswer.of(400, "").because("path_normalization_failed");
        }
        if (how.redirects(asked)) {
            return LocalAnswer.of(307, "")
                    .with(new DefaultHttpHeaders().set(HttpHeaderNames.LOCATION, path));
        }
        if (!path.equals(asked)) {
            request.setUri(path);
        }
        return null;
    }
}
