package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request head of a test: a GET of / from reviews:9080 unless it says otherwise. */
final class TestRequest implements RequestView {

    private String method = "GET";
    private String path = "/";
    private String authority = "reviews:9080";
    private final Map<String, List<String>> headers = new HashMap<>();

    static TestRequest get(String path) {
        var request = new TestRequest();
        request.path = path;
        return request;
    }

    static TestRequest get(String authority, String path) {
        TestRequest request = get(path);
        request.authority = authority;
        return request;
    }

    TestRequest by(String otherMethod) {
        method = otherMethod;
        return this;
    }

    TestRequest with(String header, String value) {
        headers.computeIfAbsent(header, _ -> new ArrayList<>()).add(value);
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
        return authority;
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        List<String> all = headers.get(lowerCaseName);
        return all == null ? null : all.getFirst();
    }

    @Override
    public List<String> headers(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of());
    }
}
