package dev.fairlead.pilot.compile;

import com.google.re2j.Pattern;
import dev.fairlead.pilot.compile.InboundCheck.Dimension;
import dev.fairlead.pilot.compile.InboundCheck.Row;
import dev.fairlead.pilot.compile.InboundCheck.Value;
import dev.fairlead.pilot.state.MixerObject.Denier;
import dev.fairlead.pilot.state.MixerObject.Dimensions;
import dev.fairlead.pilot.state.MixerObject.Entry;
import dev.fairlead.pilot.state.MixerObject.ListChecker;
import dev.fairlead.pilot.state.MixerObject.MemQuota;
import dev.fairlead.pilot.state.MixerObject.Observer;
import dev.fairlead.pilot.state.MixerObject.Quota;
import dev.fairlead.pilot.state.MixerObject.QuotaOverride;
import dev.fairlead.pilot.state.MixerObject.RpcCode;
import dev.fairlead.pilot.state.MixerWiring;
import dev.fairlead.pilot.state.MixerWiring.Wire;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.Subnet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Mixer's rules as checks of one port of one pod: refusals first, as Mixer decided before it
 * counted. Source: Istio 1.2, mixer/adapter/{memquota,list,denier}.
 */
final class MixerPolicies {

    private static final String SUBJECT = "%SUBJECT%";
    private static final Value NO_SUBJECT = new Value(List.of(), "");

    private final MixerWiring wiring;

    MixerPolicies(MixerWiring wiring) {
        this.wiring = wiring;
    }

    List<InboundCheck> of(Attributes attributes) {
        List<Wire> wires = wiring.wires(attributes.pod().namespace());
        if (wires.isEmpty()) {
            return List.of();
        }
        List<InboundCheck> checks = new ArrayList<>();
        for (Wire wire : wires) {
            InboundCheck denial = denial(wire, attributes);
            if (denial != null) {
                checks.add(denial);
            }
        }
        var service = attributes.service();
        for (String quota : wiring.quotas(service == null ? "" : service.fqdn())) {
            for (Wire wire : wires) {
                InboundCheck limit = quota(quota, wire, attributes);
                if (limit != null) {
                    checks.add(limit);
                }
            }
        }
        return checks;
    }

    private static Condition when(Wire wire, Attributes attributes) {
        var match = wire.rule().match();
        return match == null ? Condition.Always.YES : attributes.condition(match);
    }

    private static String name(Wire wire) {
        return "mixer."
                + wire.rule().meta().namespace()
                + "."
                + wire.rule().meta().name()
                + "."
                + wire.handler().meta().name()
                + "."
                + wire.instance().meta().name();
    }

    private static @Nullable InboundCheck denial(Wire wire, Attributes attributes) {
        Condition when = when(wire, attributes);
        String by = wire.handler().fullName() + ":";
        InboundCheck.Denial denial =
                switch (wire.handler().decider()) {
                    case Denier(RpcCode code, String message) ->
                            wire.instance().subject() instanceof Dimensions
                                    ? null // of quotas it says so when they are asked for
                                    : new InboundCheck.Denial(
                                            name(wire),
                                            when,
                                            code.status(),
                                            code + ":" + by + message,
                                            NO_SUBJECT);
                    case ListChecker list -> {
                        if (!(wire.instance().subject() instanceof Entry(var text))) {
                            yield null;
                        }
                        Value value = attributes.value(text);
                        Condition listed = listed(list, value);
                        yield new InboundCheck.Denial(
                                name(wire),
                                Condition.all(
                                        when, list.blacklist() ? listed : Condition.not(listed)),
                                RpcCode.PERMISSION_DENIED.status(),
                                RpcCode.PERMISSION_DENIED
                                        + ":"
                                        + by
                                        + SUBJECT
                                        + (list.blacklist()
                                                ? " is blacklisted"
                                                : " is not whitelisted"),
                                value);
                    }
                    case MemQuota _, Observer _ -> null;
                };
        return denial == null || denial.when().equals(Condition.Always.NO) ? null : denial;
    }

    private static Condition listed(ListChecker list, Value value) {
        List<Condition> any = new ArrayList<>();
        for (String entry : list.entries()) {
            any.add(
                    switch (list.type()) {
                        case STRINGS -> Attributes.fits(value, new StringMatch.Exact(entry));
                        case CASE_INSENSITIVE_STRINGS ->
                                Attributes.fits(
                                        value,
                                        new StringMatch.Regex("(?i)" + Pattern.quote(entry)));
                        case REGEX ->
                                Attributes.fits(
                                        value,
                                        new StringMatch.Regex("(?s:.*)(?:" + entry + ")(?s:.*)"));
                        case IP_ADDRESSES -> inRange(entry, value);
                    });
        }
        return Condition.any(any);
    }

    /** Of the caller's address; a fixed one is compared here. */
    private static Condition inRange(String entry, Value value) {
        Subnet range = Subnet.of(entry);
        if (range == null) {
            return Condition.Always.NO;
        }
        if (value.facts().isEmpty()) {
            return Condition.of(
                    Subnet.of(value.otherwise()) != null && range.contains(value.otherwise()));
        }
        return value.facts().getFirst() instanceof Fact.SourceAddress
                ? new Condition.From(range)
                : Condition.Always.NO;
    }

    private static @Nullable InboundCheck quota(String name, Wire wire, Attributes attributes) {
        if (!wire.instance().meta().name().equalsIgnoreCase(name)
                || !(wire.instance().subject() instanceof Dimensions(var expressions))) {
            return null;
        }
        Condition when = when(wire, attributes);
        if (when.equals(Condition.Always.NO)) {
            return null;
        }
        return switch (wire.handler().decider()) {
            case MemQuota quotas -> {
                Quota quota = MixerWiring.quota(quotas, wire.instance());
                if (quota == null) {
                    yield null;
                }
                Map<String, Value> values = new TreeMap<>();
                expressions.forEach((key, text) -> values.put(key, attributes.value(text)));
                yield new InboundCheck.Quota(
                        name(wire),
                        when,
                        open(values),
                        rows(quota, values),
                        RpcCode.RESOURCE_EXHAUSTED + ":Quota is exhausted for: " + name);
            }
            case Denier(RpcCode code, String message) ->
                    new InboundCheck.Denial(
                            name(wire),
                            when,
                            code.status(),
                            code + ":" + wire.handler().fullName() + ":" + message,
                            NO_SUBJECT);
            case ListChecker _, Observer _ -> null;
        };
    }

    /** What requests to this pod differ in. */
    private static List<Dimension> open(Map<String, Value> values) {
        List<Dimension> open = new ArrayList<>();
        values.forEach((key, value) -> {
            if (!value.facts().isEmpty()) {
                open.add(new Dimension(key, value));
            }
        });
        return open;
    }

    /** Those that may fit here, up to the first that takes whatever is left. */
    private static List<Row> rows(Quota quota, Map<String, Value> values) {
        List<Row> rows = new ArrayList<>();
        for (QuotaOverride override : quota.overrides()) {
            Map<String, String> asked = asked(override.dimensions(), values);
            if (asked == null || rows.stream().anyMatch(row -> covers(row.values(), asked))) {
                continue;
            }
            rows.add(new Row(asked, override.amount()));
            if (asked.isEmpty()) {
                return rows;
            }
        }
        rows.add(new Row(Map.of(), quota.usual()));
        return rows;
    }

    /** What an override asks of requests; null: no request to this pod is so. */
    private static @Nullable Map<String, String> asked(
            Map<String, String> dimensions, Map<String, Value> values) {
        Map<String, String> asked = new LinkedHashMap<>();
        for (var wanted : dimensions.entrySet()) {
            Value value = values.get(wanted.getKey());
            if (value == null) {
                return null;
            }
            if (!value.facts().isEmpty()) {
                asked.put(wanted.getKey(), wanted.getValue());
            } else if (!value.otherwise().equals(wanted.getValue())) {
                return null;
            }
        }
        return asked;
    }

    /** Whether whatever has {@code narrow} has {@code wide}. */
    private static boolean covers(Map<String, String> wide, Map<String, String> narrow) {
        return Set.copyOf(narrow.entrySet()).containsAll(wide.entrySet());
    }
}
