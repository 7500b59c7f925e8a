package dev.fairlead.access;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Objects;

/**
 * What became of a {@link Call}.
 *
 * @param status 200: the application has it; 0: the connection broke; 503: it led nowhere
 * @param mutual whether by mTLS
 * @param request as the application gets it
 * @param asked the providers' clusters that were asked, in order
 */
record Answer(int status, boolean mutual, HttpRequest request, List<String> asked) {

    private static final HttpRequest NONE =
            new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");

    static final Answer BROKEN = new Answer(0, false, NONE, List.of());
    static final Answer NOWHERE = new Answer(503, false, NONE, List.of());

    Answer {
        asked = List.copyOf(asked);
    }

    static Answer refused(int status, List<String> asked) {
        return new Answer(status, false, NONE, asked);
    }

    String path() {
        return request.uri();
    }

    /** Empty: none. */
    String header(String name) {
        return Objects.requireNonNullElse(request.headers().get(name), "");
    }
}
