package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.policy.ClaimTest;
import dev.fairlead.agent.model.policy.Matcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code type.matcher.v3.MetadataMatcher} on the claims of a verified token. Other metadata is
 * never there.
 */
final class ClaimMatchers {

    private static final String TOKENS = "envoy.filters.http.jwt_authn";
    private static final String PAYLOAD = "payload";
    private static final int MAX_DEPTH = 8;

    private ClaimMatchers() {}

    static Matcher compile(MetadataMatcher matcher, At at) throws Refusal {
        List<String> path = new ArrayList<>(matcher.getPathCount());
        for (int i = 0; i < matcher.getPathCount(); i++) {
            path.add(Values.notEmpty(matcher.getPath(i).getKey(), at.element("path", i)));
        }
        if (path.isEmpty()) {
            throw at.field("path").refuse("empty");
        }
        ClaimTest test = test(matcher.getValue(), at.field("value"), 0);
        return matcher.getFilter().equals(TOKENS) && path.getFirst().equals(PAYLOAD)
                ? new Matcher.Claim(path.subList(1, path.size()), test)
                : new Matcher.Never();
    }

    private static ClaimTest test(ValueMatcher value, At at, int depth) throws Refusal {
        if (depth > MAX_DEPTH) {
            throw at.refuse("nested deeper than " + MAX_DEPTH);
        }
        return switch (value.getMatchPatternCase()) {
            case STRING_MATCH ->
                    new ClaimTest.Text(
                            StringMatchers.compile(
                                    value.getStringMatch(), at.field("string_match")));
            case LIST_MATCH ->
                    new ClaimTest.Element(
                            test(
                                    value.getListMatch().getOneOf(),
                                    at.field("list_match").field("one_of"),
                                    depth + 1));
            case OR_MATCH -> {
                At eitherAt = at.field("or_match");
                List<ClaimTest> tests = new ArrayList<>();
                for (int i = 0; i < value.getOrMatch().getValueMatchersCount(); i++) {
                    tests.add(
                            test(
                                    value.getOrMatch().getValueMatchers(i),
                                    eitherAt.element("value_matchers", i),
                                    depth + 1));
                }
                yield new ClaimTest.Either(tests);
            }
            default -> throw at.refuse("no string_match, list_match or or_match");
        };
    }
}
