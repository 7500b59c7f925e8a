package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RateLimit.Bucket;
import dev.fairlead.agent.model.route.RateLimit.Part;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code extensions.filters.http.local_ratelimit.v3.LocalRateLimit}. */
final class RateLimits {

    private static final Share NONE = new Share(0, 100);
    private static final int DEFAULT_STATUS = 429;
    private static final int DEFAULT_VALUES = 20; // Envoy's
    private static final int MOST_VALUES = 100_000;
    private static final Duration SHORTEST_FILL = Duration.ofMillis(50); // Envoy's

    private RateLimits() {}

    /**
     * @param place whose buckets these are
     */
    static RateLimit compile(LocalRateLimit config, String place, Replies.Reply reply, At at)
            throws Refusal {
        Bucket bucket =
                config.hasTokenBucket()
                        ? bucket(config.getTokenBucket(), at.field("token_bucket"))
                        : null;
        return new RateLimit(
                place,
                Values.notEmpty(config.getStatPrefix(), at.field("stat_prefix")),
                bucket,
                !config.hasAlwaysConsumeDefaultTokenBucket()
                        || config.getAlwaysConsumeDefaultTokenBucket().getValue(),
                descriptors(config, at),
                mostValues(config, at.field("max_dynamic_descriptors")),
                actions(config, at),
                share(config.hasFilterEnabled(), config.getFilterEnabled(), at, "filter_enabled"),
                share(
                        config.hasFilterEnforced(),
                        config.getFilterEnforced(),
                        at,
                        "filter_enforced"),
                new RateLimit.Refusal(
                        reply.status(status(config)),
                        reply.body("local_rate_limited"),
                        HeaderOptions.side(
                                config.getResponseHeadersToAddList(),
                                List.of(),
                                at,
                                "response_headers"),
                        config.getRateLimitedAsResourceExhausted()));
    }

    /** Below 400 it is taken for 429, as in Envoy. */
    private static int status(LocalRateLimit config) {
        int code = config.getStatus().getCodeValue();
        return code < 400 || code > 599 ? DEFAULT_STATUS : code;
    }

    private static int mostValues(LocalRateLimit config, At at) throws Refusal {
        if (!config.hasMaxDynamicDescriptors()) {
            return DEFAULT_VALUES;
        }
        int most = config.getMaxDynamicDescriptors().getValue();
        if (most < 1 || most > MOST_VALUES) {
            throw at.refuse(Integer.toUnsignedString(most) + " is not 1 to " + MOST_VALUES);
        }
        return most;
    }

    private static Share share(boolean set, RuntimeFractionalPercent percent, At at, String field)
            throws Refusal {
        return set
                ? Shares.compile(percent.getDefaultValue(), at.field(field).field("default_value"))
                : NONE; // Envoy: for safety
    }

    private static Bucket bucket(TokenBucket bucket, At at) throws Refusal {
        long most = Integer.toUnsignedLong(bucket.getMaxTokens());
        long tokens =
                bucket.hasTokensPerFill()
                        ? Integer.toUnsignedLong(bucket.getTokensPerFill().getValue())
                        : 1;
        Duration interval = Values.duration(bucket.getFillInterval(), at.field("fill_interval"));
        if (most == 0) {
            throw at.field("max_tokens").refuse("0");
        }
        if (tokens == 0) {
            throw at.field("tokens_per_fill").refuse("0");
        }
        if (interval.compareTo(SHORTEST_FILL) < 0) {
            throw at.field("fill_interval").refuse(interval + " is shorter than 50 ms");
        }
        return new Bucket(most, tokens, interval);
    }

    private static List<RateLimit.Descriptor> descriptors(LocalRateLimit config, At at)
            throws Refusal {
        List<RateLimit.Descriptor> descriptors = new ArrayList<>(config.getDescriptorsCount());
        Set<List<RateLimit.Entry>> known = new HashSet<>();
        for (int i = 0; i < config.getDescriptorsCount(); i++) {
            At descriptorAt = at.element("descriptors", i);
            LocalRateLimitDescriptor descriptor = config.getDescriptors(i);
            List<RateLimit.Entry> entries = new ArrayList<>(descriptor.getEntriesCount());
            for (int j = 0; j < descriptor.getEntriesCount(); j++) {
                var entry = descriptor.getEntries(j);
                At keyAt = descriptorAt.element("entries", j).field("key");
                entries.add(
                        new RateLimit.Entry(
                                Values.notEmpty(entry.getKey(), keyAt), entry.getValue()));
            }
            if (entries.isEmpty()) {
                throw descriptorAt.field("entries").refuse("empty");
            }
            if (!known.add(entries)) {
                throw descriptorAt.refuse("a second one of these entries");
            }
            descriptors.add(
                    new RateLimit.Descriptor(
                            entries,
                            bucket(
                                    descriptor.getTokenBucket(),
                                    descriptorAt.field("token_bucket"))));
        }
        return descriptors;
    }

    private static List<RateLimit.Action> actions(LocalRateLimit config, At at) throws Refusal {
        List<RateLimit.Action> actions = new ArrayList<>(config.getRateLimitsCount());
        for (int i = 0; i < config.getRateLimitsCount(); i++) {
            At limitAt = at.element("rate_limits", i);
            List<Part> parts = new ArrayList<>();
            for (int j = 0; j < config.getRateLimits(i).getActionsCount(); j++) {
                parts.add(
                        part(config.getRateLimits(i).getActions(j), limitAt.element("actions", j)));
            }
            if (parts.isEmpty()) {
                throw limitAt.field("actions").refuse("empty");
            }
            actions.add(new RateLimit.Action(parts));
        }
        return actions;
    }

    private static Part part(Action action, At at) throws Refusal {
        return switch (action.getActionSpecifierCase()) {
            case REQUEST_HEADERS -> {
                var header = action.getRequestHeaders();
                At headerAt = at.field("request_headers");
                yield new Part.Header(
                        Values.notEmpty(
                                header.getDescriptorKey(), headerAt.field("descriptor_key")),
                        Values.notEmpty(header.getHeaderName(), headerAt.field("header_name"))
                                .toLowerCase(Locale.ROOT));
            }
            case HEADER_VALUE_MATCH -> headers(action.getHeaderValueMatch(), at);
            case GENERIC_KEY -> {
                var fixed = action.getGenericKey();
                yield new Part.Fixed(
                        orElse(fixed.getDescriptorKey(), "generic_key"),
                        Values.notEmpty(
                                fixed.getDescriptorValue(),
                                at.field("generic_key").field("descriptor_value")));
            }
            case REMOTE_ADDRESS -> new Part.RemoteAddress("remote_address");
            case METADATA -> peer(action.getMetadata(), at.field("metadata"));
            case EXTENSION -> {
                At configAt = at.field("extension").field("typed_config");
                if (action.getExtension().getTypedConfig().is(Principal.class)) {
                    yield new Part.When(
                            Values.notEmpty(
                                    action.getExtension().getName(),
                                    at.field("extension").field("name")),
                            "true",
                            AccessFilters.principal(
                                    Profile.typed(
                                            action.getExtension().getTypedConfig(),
                                            Principal.class,
                                            configAt),
                                    configAt));
                }
                yield expression(
                        Profile.typed(
                                action.getExtension().getTypedConfig(), Descriptor.class, configAt),
                        configAt);
            }
            default -> throw at.refuse("no action");
        };
    }

    private static Part peer(Action.MetaData metadata, At at) throws Refusal {
        At keyAt = at.field("metadata_key");
        return new Part.Peer(
                Values.notEmpty(metadata.getDescriptorKey(), at.field("descriptor_key")),
                AccessFilters.peer(
                        metadata.getMetadataKey().getKey(),
                        metadata.getMetadataKey().getPathList().stream()
                                .map(MetadataKey.PathSegment::getKey)
                                .toList(),
                        keyAt.field("key"),
                        keyAt.field("path")));
    }

    private static Part headers(Action.HeaderValueMatch match, At at) throws Refusal {
        At matchAt = at.field("header_value_match");
        List<HeaderMatcher> headers = new ArrayList<>(match.getHeadersCount());
        for (int i = 0; i < match.getHeadersCount(); i++) {
            headers.add(HeaderMatchers.compile(match.getHeaders(i), matchAt.element("headers", i)));
        }
        if (headers.isEmpty()) {
            throw matchAt.field("headers").refuse("empty");
        }
        return new Part.HeadersMatch(
                orElse(match.getDescriptorKey(), "header_match"),
                Values.notEmpty(match.getDescriptorValue(), matchAt.field("descriptor_value")),
                !match.hasExpectMatch() || match.getExpectMatch().getValue(),
                headers);
    }

    /** Of all expressions the two on who has called. */
    private static Part expression(Descriptor descriptor, At at) throws Refusal {
        String key = Values.notEmpty(descriptor.getDescriptorKey(), at.field("descriptor_key"));
        PrincipalExpression known = PrincipalExpression.parse(descriptor.getText());
        return switch (known) {
            case PrincipalExpression.Itself() -> new Part.Principal(key);
            case PrincipalExpression.Matches(String regex) ->
                    new Part.PrincipalMatch(key, BoundedRegex.compile(regex, at.field("text")));
            case PrincipalExpression.Unknown() ->
                    throw at.field("text").refuse("an expression outside the profile");
        };
    }

    private static String orElse(String text, String fallback) {
        return text.isEmpty() ? fallback : text;
    }
}
