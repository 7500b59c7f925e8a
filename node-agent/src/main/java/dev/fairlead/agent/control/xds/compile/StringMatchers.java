package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.StringMatcher;
import java.util.Locale;

/** {@code type.matcher.v3.StringMatcher}: exact, prefix, suffix, contains or safe_regex. */
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
            case SUFFIX ->
                    new StringMatcher.Suffix(
                            Values.notEmpty(matcher.getSuffix(), at.field("suffix")), ignoreCase);
            case CONTAINS -> {
                String part = Values.notEmpty(matcher.getContains(), at.field("contains"));
                yield new StringMatcher.Contains(
                        ignoreCase ? part.toLowerCase(Locale.ROOT) : part, ignoreCase);
            }
            case SAFE_REGEX -> {
                if (ignoreCase) {
                    throw at.field("ignore_case").refuse("has no effect on safe_regex");
                }
                yield new StringMatcher.Regex(
                        BoundedRegex.compile(
                                matcher.getSafeRegex().getRegex(),
                                at.field("safe_regex").field("regex")));
            }
            default -> throw at.refuse("no exact, prefix, suffix, contains or safe_regex");
        };
    }
}
