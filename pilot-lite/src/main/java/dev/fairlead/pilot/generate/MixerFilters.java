package dev.fairlead.pilot.generate;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.pilot.compile.Condition;
import dev.fairlead.pilot.compile.Fact;
import dev.fairlead.pilot.compile.InboundCheck.Denial;
import dev.fairlead.pilot.compile.InboundCheck.Dimension;
import dev.fairlead.pilot.compile.InboundCheck.Quota;
import dev.fairlead.pilot.compile.InboundCheck.Row;
import dev.fairlead.pilot.state.MixerObject.Amount;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.ArrayList;
import java.util.List;

/** Writes Mixer's policies: quotas as rate limits, refusals as access rules. */
final class MixerFilters {

    private static final String WHEN = "fairlead.when";
    private static final String YES = "true";
    private static final int MAX_VALUES = 10_000; // of which so many are counted at a time

    private MixerFilters() {}

    private static HttpFilter filter(String name, com.google.protobuf.Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    static HttpFilter filter(Denial denial) {
        var policy =
                Policy.newBuilder()
                        .addPermissions(Permission.newBuilder().setAny(true))
                        .addPrincipals(Principals.of(denial.when()))
                        .build();
        return filter(
                denial.name(),
                RBAC.newBuilder()
                        .setRules(
                                io.envoyproxy
                                        .envoy
                                        .config
                                        .rbac
                                        .v3
                                        .RBAC
                                        .newBuilder()
                                        .setAction(
                                                io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY)
                                        .putPolicies("mixer", policy))
                        .build());
    }

    static void addReply(Struct.Builder replies, Denial denial) {
        var reply =
                Protos.struct("body", denial.body()).toBuilder()
                        .putFields(
                                "status",
                                Value.newBuilder().setNumberValue(denial.status()).build());
        if (denial.body().contains("%SUBJECT%")) {
            var facts = ListValue.newBuilder();
            for (Fact fact : denial.subject().facts()) {
                facts.addValues(Value.newBuilder().setStringValue(name(fact)));
            }
            if (facts.getValuesCount() > 0) {
                reply.putFields("subject", Value.newBuilder().setListValue(facts).build());
                reply.putFields(
                        "otherwise",
                        Value.newBuilder().setStringValue(denial.subject().otherwise()).build());
            } else {
                String known = denial.body().replace("%SUBJECT%", denial.subject().otherwise());
                reply.putFields("body", Value.newBuilder().setStringValue(known).build());
            }
        }
        replies.putFields(denial.name(), Value.newBuilder().setStructValue(reply).build());
    }

    /** As agents know it in {@code fairlead.reply}. */
    private static String name(Fact fact) {
        return switch (fact) {
            case Fact.Header(String header) -> "header:" + header;
            case Fact.Path() -> "path";
            case Fact.SourceLabel(String key) -> "label:" + key;
            case Fact.SourceNamespace() -> "namespace";
            case Fact.SourceWorkload() -> "workload";
            case Fact.SourcePrincipal() -> "principal";
            case Fact.SourceAddress() -> "address";
        };
    }

    /** Whether all requests are counted alike, which an Envoy can do, too. */
    static boolean isPlain(Quota quota) {
        return quota.when().equals(Condition.Always.YES) && quota.by().isEmpty();
    }

    static HttpFilter filter(Quota quota) {
        var limit =
                LocalRateLimit.newBuilder()
                        .setStatPrefix(quota.name())
                        .setStatus(HttpStatus.newBuilder().setCode(StatusCode.TooManyRequests))
                        .setFilterEnabled(RateLimits.ALL)
                        .setFilterEnforced(RateLimits.ALL)
                        .setRateLimitedAsResourceExhausted(true);
        if (isPlain(quota)) {
            limit.setTokenBucket(bucket(quota.rows().getFirst().amount()));
            return filter(quota.name(), limit.build());
        }
        for (Row row : quota.rows()) {
            var descriptor =
                    LocalRateLimitDescriptor.newBuilder()
                            .addEntries(RateLimits.entry(WHEN, YES))
                            .setTokenBucket(bucket(row.amount()));
            for (Dimension dimension : quota.by()) {
                descriptor.addEntries(RateLimits.entry(dimension.name(), value(dimension, row)));
            }
            limit.addDescriptors(descriptor);
        }
        if (!quota.by().isEmpty()) {
            limit.setMaxDynamicDescriptors(Protos.number(MAX_VALUES));
        }
        addLimits(limit, quota.when(), List.of(), quota.by());
        return filter(quota.name(), limit.build());
    }

    /** Empty: any. */
    private static String value(Dimension dimension, Row row) {
        String value = row.values().getOrDefault(dimension.name(), "");
        boolean identity =
                dimension.value().facts().contains(new Fact.SourcePrincipal())
                        && !value.equals(dimension.value().otherwise());
        return identity && !value.isEmpty() ? Principals.SPIFFE + value : value;
    }

    /**
     * One for each way in which the dimensions may have their values: of each the first fact that
     * there is, and not those before it.
     */
    private static void addLimits(
            LocalRateLimit.Builder limit,
            Condition when,
            List<Action> values,
            List<Dimension> left) {
        if (when.equals(Condition.Always.NO)) {
            return;
        }
        if (left.isEmpty()) {
            limit.addRateLimits(
                    RateLimit.newBuilder().addActions(when(when)).addAllActions(values));
            return;
        }
        Dimension dimension = left.getFirst();
        List<Dimension> others = left.subList(1, left.size());
        Condition before = when;
        for (Fact fact : dimension.value().facts()) {
            addLimits(
                    limit,
                    Condition.all(before, Condition.has(fact)),
                    and(values, action(dimension.name(), fact)),
                    others);
            before = Condition.all(before, Condition.not(Condition.has(fact)));
        }
        if (!dimension.value().otherwise().isEmpty()) {
            addLimits(
                    limit,
                    before,
                    and(values, fixed(dimension.name(), dimension.value().otherwise())),
                    others);
        }
    }

    private static List<Action> and(List<Action> values, Action one) {
        List<Action> all = new ArrayList<>(values);
        all.add(one);
        return all;
    }

    private static Action when(Condition condition) {
        return condition.equals(Condition.Always.YES)
                ? fixed(WHEN, YES)
                : extension(WHEN, Principals.of(condition));
    }

    private static Action fixed(String key, String value) {
        return Action.newBuilder()
                .setGenericKey(
                        Action.GenericKey.newBuilder()
                                .setDescriptorKey(key)
                                .setDescriptorValue(value))
                .build();
    }

    private static Action extension(String name, com.google.protobuf.Message config) {
        return Action.newBuilder()
                .setExtension(
                        TypedExtensionConfig.newBuilder()
                                .setName(name)
                                .setTypedConfig(Protos.pack(config)))
                .build();
    }

    private static Action action(String key, Fact fact) {
        return switch (fact) {
            case Fact.Header(String name) -> header(key, name);
            case Fact.Path() -> peer(key, "path");
            case Fact.SourceLabel(String label) -> peer(key, "labels", label);
            case Fact.SourceNamespace() -> peer(key, "namespace");
            case Fact.SourceWorkload() -> peer(key, "workload");
            case Fact.SourcePrincipal() ->
                    extension(
                            "envoy.rate_limit_descriptors.expr",
                            Descriptor.newBuilder()
                                    .setDescriptorKey(key)
                                    .setText("connection.uri_san_peer_certificate")
                                    .build());
            case Fact.SourceAddress() -> peer(key, "address");
        };
    }

    private static Action header(String key, String name) {
        return Action.newBuilder()
                .setRequestHeaders(
                        Action.RequestHeaders.newBuilder()
                                .setDescriptorKey(key)
                                .setHeaderName(name))
                .build();
    }

    private static Action peer(String key, String... path) {
        var metadata = MetadataKey.newBuilder().setKey(Principals.SOURCE);
        for (String step : path) {
            metadata.addPath(MetadataKey.PathSegment.newBuilder().setKey(step));
        }
        return Action.newBuilder()
                .setMetadata(
                        Action.MetaData.newBuilder().setDescriptorKey(key).setMetadataKey(metadata))
                .build();
    }

    private static TokenBucket bucket(Amount amount) {
        return TokenBucket.newBuilder()
                .setMaxTokens(amount.most())
                .setTokensPerFill(Protos.number(amount.most()))
                .setFillInterval(Protos.millis(amount.per().toMillis()))
                .build();
    }
}
