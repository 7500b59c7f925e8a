package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.PathMatcher;
import dev.fairlead.agent.model.route.QueryParameterMatcher;
import dev.fairlead.agent.model.route.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code config.route.v3.RouteMatch}. */
final class RouteMatches {

    /** Metadata that only the agent fills: labels of the calling pod. */
    private static final String SOURCE_FILTER = "fairlead.source";

    private RouteMatches() {}

    static RouteMatch compile(io.envoyproxy.envoy.config.route.v3.RouteMatch match, At at)
            throws Refusal {
        List<QueryParameterMatcher> parameters = new ArrayList<>(match.getQueryParametersCount());
        for (int i = 0; i < match.getQueryParametersCount(); i++) {
            parameters.add(
                    parameter(match.getQueryParameters(i), at.element("query_parameters", i)));
        }
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < match.getDynamicMetadataCount(); i++) {
            addLabel(labels, match.getDynamicMetadata(i), at.element("dynamic_metadata", i));
        }
        return new RouteMatch(
                path(match, at),
                HeaderMatchers.compile(match.getHeadersList(), at, "headers"),
                parameters,
                labels);
    }

    private static PathMatcher path(io.envoyproxy.envoy.config.route.v3.RouteMatch match, At at)
            throws Refusal {
        boolean ignoreCase = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> new PathMatcher.Prefix(match.getPrefix(), ignoreCase);
            case PATH -> new PathMatcher.Exact(match.getPath(), ignoreCase);
            case SAFE_REGEX ->
                    new PathMatcher.Regex(
                            BoundedRegex.compile(
                                    match.getSafeRegex().getRegex(),
                                    at.field("safe_regex").field("regex")));
            case CONNECT_MATCHER -> new PathMatcher.Connect();
            default -> throw at.refuse("no prefix, path, safe_regex or connect_matcher");
        };
    }

    private static QueryParameterMatcher parameter(
            io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher parameter, At at)
            throws Refusal {
        String name = Values.notEmpty(parameter.getName(), at.field("name"));
        return switch (parameter.getQueryParameterMatchSpecifierCase()) {
            case STRING_MATCH ->
                    new QueryParameterMatcher(
                            name,
                            StringMatchers.compile(
                                    parameter.getStringMatch(), at.field("string_match")),
                            true);
            case PRESENT_MATCH ->
                    new QueryParameterMatcher(name, null, parameter.getPresentMatch());
            default -> new QueryParameterMatcher(name, null, true); // Envoy: presence is enough
        };
    }

    private static void addLabel(Map<String, String> labels, MetadataMatcher matcher, At at)
            throws Refusal {
        if (!matcher.getFilter().equals(SOURCE_FILTER)) {
            throw at.field("filter").refuse("\"" + matcher.getFilter() + "\" is unknown");
        }
        if (matcher.getPathCount() != 1) {
            throw at.field("path").refuse(matcher.getPathCount() + " segments, not one");
        }
        var value = matcher.getValue().getStringMatch();
        if (!value.hasExact() || value.getIgnoreCase()) {
            throw at.field("value").field("string_match").refuse("not exact");
        }
        String key = matcher.getPath(0).getKey();
        String other = labels.put(key, value.getExact());
        if (other != null && !other.equals(value.getExact())) {
            throw at.refuse("label " + key + " cannot be both");
        }
    }
}
