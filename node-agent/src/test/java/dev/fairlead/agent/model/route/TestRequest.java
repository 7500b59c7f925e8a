package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request head of a test: a GET of / from reviews:9080 unless it says otherwise. */
final class TestRequest implements RequestView {

    private String method = "GET";
    private String path = "/";
    private final Map<String, String> headers = new HashMap<>();

    static TestRequest get(String path) {
        var request = new TestRequest();
        request.path = path;
        return request;
    }

    TestRequest by(String otherMethod) {
        method = otherMethod;
        return this;
    }

    TestRequest with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String authority() {
        return "reviews:9080";
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }
}
