package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.StringMatcher;

/** {@code type.matcher.v3.StringMatcher}: exact, prefix or safe_regex. */
final class StringMatchers {

    private StringMatchers() {}

    static StringMatcher compile(io.envoyproxy.envoy.type.matcher.v3.StringMatcher matcher, At at)
            throws Refusal {
        boolean ignoreCase = matcher.getIgnoreCase();
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> new StringMatcher.Exact(matcher.getExact(), ignoreCase);
            case PREFIX ->
                    new StringMatcher.Prefix(
                            Values.notEmpty(matcher.getPrefix(), at.field("prefix")), ignoreCase);
            case SAFE_REGEX -> {
                if (ignoreCase) {
                    throw at.field("ignore_case").refuse("has no effect on safe_regex");
                }
                yield new StringMatcher.Regex(
                        BoundedRegex.compile(
                                matcher.getSafeRegex().getRegex(),
                                at.field("safe_regex").field("regex")));
            }
            default -> throw at.refuse("no exact, prefix or safe_regex");
        };
    }
}
