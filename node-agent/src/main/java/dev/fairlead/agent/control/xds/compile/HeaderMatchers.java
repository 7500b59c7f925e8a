package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.HeaderMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code config.route.v3.HeaderMatcher}. */
final class HeaderMatchers {

    private static final Set<String> PSEUDO_HEADERS =
            Set.of(":method", ":path", ":authority", ":scheme");

    private HeaderMatchers() {}

    /**
     * @param field of {@code at} that they are elements of
     */
    static List<HeaderMatcher> compile(
            List<io.envoyproxy.envoy.config.route.v3.HeaderMatcher> headers, At at, String field)
            throws Refusal {
        List<HeaderMatcher> compiled = new ArrayList<>(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            compiled.add(compile(headers.get(i), at.element(field, i)));
        }
        return compiled;
    }

    static HeaderMatcher compile(io.envoyproxy.envoy.config.route.v3.HeaderMatcher header, At at)
            throws Refusal {
        String name = Values.notEmpty(header.getName(), at.field("name")).toLowerCase(Locale.ROOT);
        if (name.startsWith(":") && !PSEUDO_HEADERS.contains(name)) {
            throw at.field("name").refuse("\"" + name + "\" is no header of a request");
        }
        boolean invert = header.getInvertMatch();
        boolean missingIsEmpty = header.getTreatMissingHeaderAsEmpty();
        return switch (header.getHeaderMatchSpecifierCase()) {
            case STRING_MATCH ->
                    new HeaderMatcher(
                            name,
                            StringMatchers.compile(
                                    header.getStringMatch(), at.field("string_match")),
                            invert,
                            missingIsEmpty);
            case PRESENT_MATCH ->
                    new HeaderMatcher(
                            name, null, invert == header.getPresentMatch(), missingIsEmpty);
            default -> // Envoy: presence is enough
                    new HeaderMatcher(name, null, invert, missingIsEmpty);
        };
    }
}
