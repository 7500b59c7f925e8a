package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.request.RequestView;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** The headers of a response to tests that are written for a head of any kind. */
record ResponseView(int status, HttpHeaders headers) implements RequestView {

    @Override
    public String method() {
        return "";
    }

    @Override
    public String path() {
        return "";
    }

    @Override
    public String authority() {
        return "";
    }

    @Override
    public String scheme() {
        return "";
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }
}
