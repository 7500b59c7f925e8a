package dev.fairlead.pilot.generate;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.re2j.Pattern;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RateLimit.Match;
import dev.fairlead.pilot.state.RateLimit.Rule;
import dev.fairlead.pilot.state.StringMatch;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.HeaderValueMatch;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Writes the rate limits of a pod's port: a filter for each rule that is for it. */
final class RateLimits {

    /** Where an agent finds what else a filter answers with. An Envoy does not look. */
    static final String REPLY = "fairlead.reply";

    private static final String KEY = "rule";
    private static final String QUERY = "(?:\\?.*)?";
    private static final RuntimeFractionalPercent ALL =
            RuntimeFractionalPercent.newBuilder()
                    .setDefaultValue(FractionalPercent.newBuilder().setNumerator(100))
                    .build();

    private RateLimits() {}

    /** One rule of the pod, by the name of the filter that it becomes. */
    private record Named(String name, Rule rule) {}

    /**
     * @param port 0: all that no Service names
     */
    private static List<Named> named(PodView pod, int port) {
        List<Named> named = new ArrayList<>();
        for (RateLimit limit : pod.limits()) {
            for (int i = 0; i < limit.rules().size(); i++) {
                Rule rule = limit.rules().get(i);
                if (rule.match().takes(port)) {
                    named.add(
                            new Named(
                                    limit.meta().namespace() + "." + limit.meta().name() + "." + i,
                                    rule));
                }
            }
        }
        return named;
    }

    static List<HttpFilter> filters(PodView pod, int port) {
        List<HttpFilter> filters = new ArrayList<>();
        for (Named one : named(pod, port)) {
            filters.add(
                    HttpFilter.newBuilder()
                            .setName("ratelimit." + one.name)
                            .setTypedConfig(Protos.pack(filter(one)))
                            .build());
        }
        return filters;
    }

    private static LocalRateLimit filter(Named one) {
        Rule rule = one.rule;
        var filter =
                LocalRateLimit.newBuilder()
                        .setStatPrefix("ratelimit." + one.name)
                        .setStatus(HttpStatus.newBuilder().setCodeValue(rule.answer().status()))
                        .setFilterEnabled(ALL)
                        .setFilterEnforced(ALL);
        TokenBucket bucket = bucket(rule.limit());
        if (rule.match().takesAll()) {
            return filter.setTokenBucket(bucket).build();
        }
        return filter.addDescriptors(
                        LocalRateLimitDescriptor.newBuilder()
                                .addEntries(
                                        RateLimitDescriptor.Entry.newBuilder()
                                                .setKey(KEY)
                                                .setValue(one.name))
                                .setTokenBucket(bucket))
                .addRateLimits(
                        io.envoyproxy.envoy.config.route.v3.RateLimit.newBuilder()
                                .addActions(
                                        Action.newBuilder()
                                                .setHeaderValueMatch(
                                                        HeaderValueMatch.newBuilder()
                                                                .setDescriptorKey(KEY)
                                                                .setDescriptorValue(one.name)
                                                                .addAllHeaders(
                                                                        headers(rule.match())))))
                .build();
    }

    private static TokenBucket bucket(RateLimit.Limit limit) {
        return TokenBucket.newBuilder()
                .setMaxTokens(limit.burst())
                .setTokensPerFill(Protos.number(limit.requests()))
                .setFillInterval(Protos.millis(limit.per().toMillis()))
                .build();
    }

    private static List<HeaderMatcher> headers(Match match) {
        List<HeaderMatcher> headers = new ArrayList<>();
        if (!(match.path() instanceof StringMatch.Present)) {
            headers.add(RouteMatches.header(":path", path(match.path())).build());
        }
        if (!match.methods().isEmpty()) {
            List<String> quoted = match.methods().stream().map(Pattern::quote).toList();
            headers.add(
                    RouteMatches.header(":method", new StringMatch.Regex(String.join("|", quoted)))
                            .build());
        }
        new TreeMap<>(match.headers())
                .forEach((name, value) -> headers.add(RouteMatches.header(name, value).build()));
        new TreeMap<>(match.withoutHeaders())
                .forEach((name, value) -> headers.add(RouteMatches.absent(name, value).build()));
        return headers;
    }

    /** The pseudo header has the query, too. */
    private static StringMatch path(StringMatch path) {
        return switch (path) {
            case StringMatch.Exact(String text) ->
                    new StringMatch.Regex(Pattern.quote(text) + QUERY);
            case StringMatch.Regex(String regex) ->
                    new StringMatch.Regex("(?:" + regex + ")" + QUERY);
            case StringMatch.Prefix _, StringMatch.Present _ -> path;
        };
    }

    /** The bodies that rules ask for, by their filters' names; empty: none do. */
    static Struct replies(PodView pod, int port) {
        var replies = Struct.newBuilder();
        for (Named one : named(pod, port)) {
            if (!one.rule.answer().body().isEmpty()) {
                replies.putFields(
                        "ratelimit." + one.name,
                        Value.newBuilder()
                                .setStructValue(Protos.struct("body", one.rule.answer().body()))
                                .build());
            }
        }
        return replies.build();
    }
}
