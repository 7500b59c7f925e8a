package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.StringMatch;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes what requests a route takes. */
final class RouteMatches {

    private static final String SOURCE = "fairlead.source";

    private final Audience audience;

    RouteMatches(Audience audience) {
        this.audience = audience;
    }

    /**
     * Whether the audience can tell such requests from others, and whether there can be any. An
     * agent looks at labels per request; of an Envoy's one pod they are known.
     */
    boolean mayApply(HttpMatch match) {
        return switch (audience) {
            case Audience.Agent _ ->
                    (audience.knowsHttp2() || !match.connect())
                            && (audience.knowsTrafficPolicy() || !match.asksOfQueryOrAbsence());
            case Audience.Envoy(var pod, _) ->
                    pod.pod().labels().entrySet().containsAll(match.sourceLabels().entrySet());
        };
    }

    RouteMatch match(HttpMatch view) {
        var match = RouteMatch.newBuilder();
        path(view, match);
        addHeader(match, ":scheme", view.scheme());
        addHeader(match, ":method", view.connect() ? null : view.method());
        addHeader(match, ":authority", view.authority());
        new TreeMap<>(view.headers()).forEach((name, value) -> addHeader(match, name, value));
        new TreeMap<>(view.withoutHeaders())
                .forEach((name, value) -> match.addHeaders(absent(name, value)));
        new TreeMap<>(view.queryParams())
                .forEach((name, value) -> match.addQueryParameters(parameter(name, value)));
        if (audience instanceof Audience.Agent) {
            new TreeMap<>(view.sourceLabels())
                    .forEach((key, value) -> match.addDynamicMetadata(label(key, value)));
        }
        return match.build();
    }

    private static void path(HttpMatch view, RouteMatch.Builder match) {
        if (view.connect()) {
            match.setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance());
            return;
        }
        switch (view.uri()) {
            case StringMatch.Exact(String path) -> match.setPath(path);
            case StringMatch.Prefix(String prefix) -> match.setPrefix(prefix);
            case StringMatch.Regex(String regex) -> match.setSafeRegex(Protos.regex(regex));
            case StringMatch.Present() -> match.setPrefix("/");
            case null -> match.setPrefix("/");
        }
        if (view.ignoreUriCase()) {
            match.setCaseSensitive(BoolValue.of(false));
        }
    }

    private static void addHeader(
            RouteMatch.Builder match, String name, @Nullable StringMatch value) {
        if (value != null) {
            match.addHeaders(header(name, value));
        }
    }

    static HeaderMatcher.Builder header(String name, StringMatch value) {
        var header = HeaderMatcher.newBuilder().setName(name);
        return value instanceof StringMatch.Present
                ? header.setPresentMatch(true)
                : header.setStringMatch(Protos.string(value));
    }

    /** A header that is not there does not fit, whatever it is compared with. */
    static HeaderMatcher.Builder absent(String name, StringMatch value) {
        var header = header(name, value).setInvertMatch(true);
        return value instanceof StringMatch.Present
                ? header
                : header.setTreatMissingHeaderAsEmpty(true);
    }

    private static QueryParameterMatcher parameter(String name, StringMatch value) {
        var parameter = QueryParameterMatcher.newBuilder().setName(name);
        return (value instanceof StringMatch.Present
                        ? parameter.setPresentMatch(true)
                        : parameter.setStringMatch(Protos.string(value)))
                .build();
    }

    private static MetadataMatcher label(String key, String value) {
        return MetadataMatcher.newBuilder()
                .setFilter(SOURCE)
                .addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key))
                .setValue(ValueMatcher.newBuilder().setStringMatch(Protos.exact(value)))
                .build();
    }
}
