package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import org.jspecify.annotations.Nullable;

/**
 * A test on one header or pseudo header.
 *
 * @param name in lower case, or {@code :method}, {@code :authority}, {@code :scheme}, {@code :path}
 * @param value what its value must match; null: presence is enough
 * @param invert the test must fail. A header that is not there fails a test on its value, inverted
 *     or not (Envoy: config.route.v3.HeaderMatcher without treat_missing_as_empty)
 */
public record HeaderMatcher(String name, @Nullable StringMatcher value, boolean invert) {

    public boolean matches(RequestView request) {
        String actual = read(request);
        if (value == null) {
            return (actual != null) != invert;
        }
        return actual != null && value.matches(actual) != invert;
    }

    private @Nullable String read(RequestView request) {
        return switch (name) {
            case ":method" -> request.method();
            case ":authority" -> request.authority();
            case ":scheme" -> request.scheme();
            case ":path" -> request.path();
            default -> request.header(name);
        };
    }
}
