package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.re2j.Pattern;
import dev.fairlead.pilot.compile.InboundCheck;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RateLimit.Match;
import dev.fairlead.pilot.state.RateLimit.Rule;
import dev.fairlead.pilot.state.StringMatch;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.HeaderValueMatch;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Writes RateLimits: on arrival a filter for each rule, of a route one configuration with a
 * descriptor for each rule.
 */
final class RateLimits {

    /** Where an agent finds what else a filter answers with. An Envoy does not look. */
    static final String REPLY = "fairlead.reply";

    private static final String RULE = "rule";
    private static final String CALLER = "caller";
    private static final String YES = "true";
    private static final String QUERY = "(?:\\?.*)?";
    static final RuntimeFractionalPercent ALL =
            RuntimeFractionalPercent.newBuilder()
                    .setDefaultValue(FractionalPercent.newBuilder().setNumerator(100))
                    .build();

    /** A route's configuration must have one for all its requests. */
    private static final TokenBucket ENDLESS =
            TokenBucket.newBuilder()
                    .setMaxTokens(Integer.MAX_VALUE)
                    .setTokensPerFill(Protos.number(Integer.MAX_VALUE))
                    .setFillInterval(Protos.millis(1000))
                    .build();

    private static final HeaderMatcher ANY_REQUEST =
            RouteMatches.header(":method", new StringMatch.Present()).build();

    private RateLimits() {}

    /** One rule, by the name of the filter or of the descriptor that it becomes. */
    private record Named(String name, Rule rule) {}

    static HttpFilter filter(InboundCheck.Limit limit) {
        return HttpFilter.newBuilder()
                .setName(limit.name())
                .setTypedConfig(Protos.pack(filter(new Named(limit.name(), limit.rule()))))
                .build();
    }

    private static LocalRateLimit filter(Named one) {
        var filter = frame(one.name, one.rule);
        return one.rule.match().takesAll()
                ? filter.setTokenBucket(bucket(one.rule.limit())).build()
                : addDescriptor(filter, one).build();
    }

    /** Of a route: what only some rules count, others do not. */
    static LocalRateLimit ofRoute(RateLimit limit) {
        Rule first = limit.rules().getFirst();
        var filter =
                frame("ratelimit." + limit.meta().namespace() + "." + limit.meta().name(), first);
        if (limit.rules().size() == 1 && first.match().takesAll()) {
            return filter.setTokenBucket(bucket(first.limit())).build();
        }
        filter.setTokenBucket(ENDLESS).setAlwaysConsumeDefaultTokenBucket(BoolValue.of(false));
        for (int i = 0; i < limit.rules().size(); i++) {
            addDescriptor(filter, new Named(limit.nameOf(i), limit.rules().get(i)));
        }
        return filter.build();
    }

    private static LocalRateLimit.Builder frame(String name, Rule rule) {
        return LocalRateLimit.newBuilder()
                .setStatPrefix(name)
                .setStatus(HttpStatus.newBuilder().setCodeValue(rule.answer().status()))
                .setFilterEnabled(ALL)
                .setFilterEnforced(ALL)
                .setRateLimitedAsResourceExhausted(true);
    }

    /** Requests that fit have the rule's entry, and one that says that its caller does. */
    private static LocalRateLimit.Builder addDescriptor(LocalRateLimit.Builder filter, Named one) {
        var descriptor =
                LocalRateLimitDescriptor.newBuilder()
                        .addEntries(entry(RULE, one.name))
                        .setTokenBucket(bucket(one.rule.limit()));
        var actions =
                io.envoyproxy.envoy.config.route.v3.RateLimit.newBuilder()
                        .addActions(fits(one.name, one.rule.match()));
        if (!one.rule.match().principals().isEmpty()) {
            descriptor.addEntries(entry(CALLER, YES));
            actions.addActions(isCalledBy(one.rule.match().principals()));
        }
        return filter.addDescriptors(descriptor).addRateLimits(actions);
    }

    static RateLimitDescriptor.Entry entry(String key, String value) {
        return RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value).build();
    }

    private static Action fits(String name, Match match) {
        List<HeaderMatcher> headers = headers(match);
        return Action.newBuilder()
                .setHeaderValueMatch(
                        HeaderValueMatch.newBuilder()
                                .setDescriptorKey(RULE)
                                .setDescriptorValue(name)
                                .addAllHeaders(headers.isEmpty() ? List.of(ANY_REQUEST) : headers))
                .build();
    }

    private static Action isCalledBy(List<String> principals) {
        List<String> patterns = principals.stream().map(RateLimits::pattern).toList();
        String regex = "^spiffe://(?:" + String.join("|", patterns) + ")$";
        String quoted = regex.replace("\\", "\\\\").replace("\"", "\\\"");
        var expression =
                Descriptor.newBuilder()
                        .setDescriptorKey(CALLER)
                        .setText("connection.uri_san_peer_certificate.matches(\"" + quoted + "\")")
                        .build();
        return Action.newBuilder()
                .setExtension(
                        TypedExtensionConfig.newBuilder()
                                .setName("envoy.rate_limit_descriptors.expr")
                                .setTypedConfig(Protos.pack(expression)))
                .build();
    }

    /** An identity; {@code *} at an end stands for anything. */
    private static String pattern(String principal) {
        int from = principal.startsWith("*") ? 1 : 0;
        int to =
                principal.length() - (principal.length() > from && principal.endsWith("*") ? 1 : 0);
        return (from == 1 ? ".*" : "")
                + Pattern.quote(principal.substring(from, to))
                + (to < principal.length() ? ".*" : "");
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

    /** The body that a route's limit asks for; empty: none. */
    static Struct replies(RateLimit ofRoute) {
        var replies = Struct.newBuilder();
        addReply(replies, Filters.LIMIT_NAME, ofRoute.rules().getFirst().answer().body());
        return replies.build();
    }

    /** An empty body is the filter's own. */
    static void addReply(Struct.Builder replies, String filter, String body) {
        if (!body.isEmpty()) {
            replies.putFields(
                    filter, Value.newBuilder().setStructValue(Protos.struct("body", body)).build());
        }
    }
}
