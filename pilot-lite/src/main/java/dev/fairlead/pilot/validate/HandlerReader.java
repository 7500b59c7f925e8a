package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.MixerObject.Amount;
import dev.fairlead.pilot.state.MixerObject.Decider;
import dev.fairlead.pilot.state.MixerObject.Denier;
import dev.fairlead.pilot.state.MixerObject.EntryType;
import dev.fairlead.pilot.state.MixerObject.Handler;
import dev.fairlead.pilot.state.MixerObject.ListChecker;
import dev.fairlead.pilot.state.MixerObject.MemQuota;
import dev.fairlead.pilot.state.MixerObject.Observer;
import dev.fairlead.pilot.state.MixerObject.Quota;
import dev.fairlead.pilot.state.MixerObject.QuotaOverride;
import dev.fairlead.pilot.state.MixerObject.RpcCode;
import dev.fairlead.pilot.state.Subnet;
import dev.fairlead.wire.regex.RegexBounds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what Mixer's adapters are told. */
final class HandlerReader {

    private static final long LEAST_MILLIS = 50; // a bucket's own bound
    private static final int MAX_ENTRIES = 10_000;
    private static final int FAILED_PRECONDITION = 9; // what a denier says that says nothing
    private static final String PER_POD = "use memquota, which counts for each pod";

    private HandlerReader() {}

    static Handler handler(Meta meta, Fields spec) {
        String compiled = spec.string("compiledAdapter");
        String adapter = compiled.isEmpty() ? spec.string("adapter") : compiled;
        if (adapter.isEmpty()) {
            spec.problem("compiledAdapter", "is needed");
        }
        if (!compiled.isEmpty()) {
            Decider decider = spec.object("params", params -> decider(adapter, params));
            return new Handler(meta, adapter, decider == null ? without(adapter, spec) : decider);
        }
        spec.takeAll(); // one that runs beside Mixer: nobody asks it
        return new Handler(meta, adapter, new Observer());
    }

    /** Without params. */
    private static Decider without(String adapter, Fields spec) {
        return switch (adapter) {
            case "denier" -> new Denier(RpcCode.FAILED_PRECONDITION, "");
            case "memquota", "listchecker" -> {
                spec.problem("params", "is needed");
                yield new Observer();
            }
            default -> observer(adapter, spec);
        };
    }

    static Handler handler(Meta meta, String adapter, Fields params) {
        return new Handler(meta, adapter, decider(adapter, params));
    }

    private static Decider decider(String adapter, Fields params) {
        return switch (adapter) {
            case "memquota" -> memQuota(params);
            case "denier" -> denier(params);
            case "listchecker" -> listChecker(params);
            default -> {
                params.takeAll();
                yield observer(adapter, params);
            }
        };
    }

    private static Decider observer(String adapter, Fields params) {
        if (!MixerReader.OBSERVING.contains(adapter)) {
            params.wrong(
                    "adapter "
                            + adapter
                            + " "
                            + Problem.NOT_SUPPORTED
                            + (adapter.equals("redisquota") ? ": " + PER_POD : ""));
        }
        return new Observer();
    }

    private static MemQuota memQuota(Fields params) {
        Durations.read(params, "minDeduplicationDuration", 1); // nothing is asked twice here
        List<Quota> quotas = params.list("quotas", HandlerReader::quota);
        if (params.size("quotas") == 0) {
            params.problem("quotas", "at least one is needed");
        }
        return new MemQuota(quotas);
    }

    private static Quota quota(Fields quota) {
        String name = quota.string("name");
        if (name.isEmpty()) {
            quota.problem("name", "is needed");
        }
        Amount usual = amount(quota);
        return new Quota(
                name,
                usual,
                quota.list(
                        "overrides",
                        override -> {
                            Map<String, String> dimensions = override.strings("dimensions");
                            return new QuotaOverride(dimensions, amount(override));
                        }));
    }

    private static Amount amount(Fields fields) {
        int most = fields.integer("maxAmount", 1, Integer.MAX_VALUE, 1);
        if (!fields.has("maxAmount")) {
            fields.problem("maxAmount", "is needed");
        }
        Duration per = Durations.read(fields, "validDuration", LEAST_MILLIS);
        if (!fields.has("validDuration")) {
            fields.problem(
                    "validDuration",
                    "is needed: amounts that never come back are " + Problem.NOT_SUPPORTED);
        }
        return new Amount(most, per == null ? Duration.ofSeconds(1) : per);
    }

    private static Denier denier(Fields params) {
        caching(params, "validDuration", "validUseCount");
        Denier denier = params.object("status", HandlerReader::status);
        return denier == null ? new Denier(RpcCode.FAILED_PRECONDITION, "") : denier;
    }

    private static Denier status(Fields status) {
        status.notYet("details");
        int number = status.integer("code", 0, Integer.MAX_VALUE, FAILED_PRECONDITION);
        RpcCode code = RpcCode.of(number);
        if (code == null) {
            status.problem("code", number + " is no error's code");
            code = RpcCode.UNKNOWN;
        }
        return new Denier(code, status.string("message"));
    }

    /** How long Mixer's clients may remember an answer: here each request is decided on. */
    private static void caching(Fields params, String duration, String count) {
        Durations.read(params, duration, 0);
        params.integer(count, 0, Integer.MAX_VALUE, 0);
    }

    private static ListChecker listChecker(Fields params) {
        caching(params, "cachingInterval", "cachingUseCount");
        Durations.read(params, "refreshInterval", 0);
        Durations.read(params, "ttl", 0);
        if (!params.string("providerUrl").isEmpty()) {
            params.problem("providerUrl", Problem.NOT_SUPPORTED + ": list them in overrides");
        }
        EntryType named = params.choice("entryType", EntryType.values());
        EntryType type = named == null ? EntryType.STRINGS : named;
        List<String> entries = params.stringList("overrides");
        if (entries.size() > MAX_ENTRIES) {
            params.problem("overrides", "more than " + MAX_ENTRIES);
        }
        for (int i = 0; i < entries.size(); i++) {
            String wrong = wrong(entries.get(i), type);
            if (wrong != null) {
                params.problem("overrides[" + i + "]", wrong);
            }
        }
        return new ListChecker(entries, params.bool("blacklist"), type);
    }

    private static @Nullable String wrong(String entry, EntryType type) {
        return switch (type) {
            case STRINGS, CASE_INSENSITIVE_STRINGS -> null;
            case IP_ADDRESSES ->
                    Subnet.of(entry) == null ? "\"" + entry + "\" is no range of addresses" : null;
            case REGEX -> {
                try {
                    String excess = RegexBounds.excess(entry);
                    if (excess == null) {
                        var _ = Pattern.compile(entry);
                    }
                    yield excess;
                } catch (PatternSyntaxException e) {
                    yield "not an RE2 expression: " + e.getDescription();
                }
            }
        };
    }
}
