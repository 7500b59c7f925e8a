package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestTest;
import dev.fairlead.agent.model.request.RequestView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A test on one header or pseudo header. Of a header that is there several times one value must
 * pass it.
 *
 * <p>Source: Envoy, config.route.v3.HeaderMatcher; several values as in 1.40, where earlier
 * versions joined them.
 *
 * @param name in lower case, or {@code :method}, {@code :authority}, {@code :scheme}, {@code :path}
 * @param value what its value must match; null: presence is enough
 * @param invert the test must fail, of all its values. A header that is not there fails a test on
 *     its value, inverted or not
 * @param missingIsEmpty one that is not there has an empty value instead
 */
public record HeaderMatcher(
        String name, @Nullable StringMatcher value, boolean invert, boolean missingIsEmpty)
        implements RequestTest {

    public HeaderMatcher(String name, @Nullable StringMatcher value, boolean invert) {
        this(name, value, invert, false);
    }

    @Override
    public boolean matches(RequestView request) {
        String first = request.value(name);
        if (value == null) {
            return (first != null || missingIsEmpty) != invert;
        }
        if (first == null) {
            return missingIsEmpty && value.matches("") != invert;
        }
        return (value.matches(first) || anotherMatches(request, value)) != invert;
    }

    private boolean anotherMatches(RequestView request, StringMatcher test) {
        if (name.startsWith(":")) {
            return false;
        }
        List<String> all = request.headers(name);
        for (int i = 1; i < all.size(); i++) {
            if (test.matches(all.get(i))) {
                return true;
            }
        }
        return false;
    }
}
