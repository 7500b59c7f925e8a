package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.AttributeExpression.Text;
import dev.fairlead.pilot.state.AttributeExpression.Truth;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Configuration of Mixer, which decided on Istio's policies up to 1.4. */
public sealed interface MixerObject extends ConfigObject {

    /**
     * Who decides.
     *
     * @param adapter name of its kind, under which it can be referred to
     */
    record Handler(Meta meta, String adapter, Decider decider) implements MixerObject {

        /** How answers name it. */
        public String fullName() {
            return meta.name() + "." + meta.namespace();
        }
    }

    /** How a handler decides. */
    sealed interface Decider {}

    /** Counts, and refuses what is too many. */
    record MemQuota(List<Quota> quotas) implements Decider {
        public MemQuota {
            quotas = List.copyOf(quotas);
        }
    }

    /**
     * @param instance name of what is counted: {@code name}, or with kind, or with namespace, too
     * @param overrides the first that fits holds instead of {@code usual}
     */
    record Quota(String instance, Amount usual, List<QuotaOverride> overrides) {
        public Quota {
            overrides = List.copyOf(overrides);
        }
    }

    /** So many requests in that time. */
    record Amount(int most, Duration per) {}

    /**
     * @param dimensions what of an instance must be so
     */
    record QuotaOverride(Map<String, String> dimensions, Amount amount) {
        public QuotaOverride {
            dimensions = Map.copyOf(dimensions);
        }
    }

    /** Refuses everything. */
    record Denier(RpcCode code, String message) implements Decider {}

    /** Refuses what is, or is not, in a list. */
    record ListChecker(List<String> entries, boolean blacklist, EntryType type) implements Decider {
        public ListChecker {
            entries = List.copyOf(entries);
        }
    }

    /** How entries are compared. */
    enum EntryType {
        STRINGS,
        CASE_INSENSITIVE_STRINGS,
        IP_ADDRESSES,
        REGEX
    }

    /** Watches only: what others do here. */
    record Observer() implements Decider {}

    /**
     * What is decided about.
     *
     * @param template name of its kind, under which it can be referred to
     */
    record Instance(Meta meta, String template, Subject subject) implements MixerObject {}

    /** What an instance is made of. */
    sealed interface Subject {}

    /** Requests that have the same of these are counted together. */
    record Dimensions(Map<String, Text> values) implements Subject {
        public Dimensions {
            values = Map.copyOf(values);
        }
    }

    /** What is looked for in a list. */
    record Entry(Text value) implements Subject {}

    /** That there is a request. */
    record Nothing() implements Subject {}

    /** What is observed. */
    record Observed() implements Subject {}

    /**
     * When who decides about what.
     *
     * @param match null: always, or it could not be read
     * @param unreadable why the match could not be read; empty: it could
     */
    record Rule(Meta meta, @Nullable Truth match, String unreadable, List<Action> actions)
            implements MixerObject {
        public Rule {
            actions = List.copyOf(actions);
        }
    }

    /** Names of a handler, and of instances that it gets. */
    record Action(String handler, List<String> instances) {
        public Action {
            instances = List.copyOf(instances);
        }
    }

    /** Quotas that requests are charged to, by the short names of their instances. */
    record QuotaSpec(Meta meta, List<String> quotas) implements MixerObject {
        public QuotaSpec {
            quotas = List.copyOf(quotas);
        }
    }

    /**
     * Whose requests are charged.
     *
     * @param services full names; {@code *}: all
     */
    record QuotaSpecBinding(Meta meta, List<SpecName> specs, List<String> services)
            implements MixerObject {
        public QuotaSpecBinding {
            specs = List.copyOf(specs);
            services = List.copyOf(services);
        }

        public boolean binds(String service) {
            return services.contains("*") || services.contains(service);
        }
    }

    /** Name of a QuotaSpec. */
    record SpecName(String namespace, String name) {}

    /** Of no effect here: definitions, and what is for telemetry only. */
    record Unused(Meta meta) implements MixerObject {}

    /** What a handler answers. Source: google.rpc.Code, and Mixer's mapping to HTTP. */
    enum RpcCode {
        CANCELLED(1, 499),
        UNKNOWN(2, 500),
        INVALID_ARGUMENT(3, 400),
        DEADLINE_EXCEEDED(4, 504),
        NOT_FOUND(5, 404),
        ALREADY_EXISTS(6, 409),
        PERMISSION_DENIED(7, 403),
        RESOURCE_EXHAUSTED(8, 429),
        FAILED_PRECONDITION(9, 400),
        ABORTED(10, 409),
        OUT_OF_RANGE(11, 400),
        UNIMPLEMENTED(12, 501),
        INTERNAL(13, 500),
        UNAVAILABLE(14, 503),
        DATA_LOSS(15, 500),
        UNAUTHENTICATED(16, 401);

        private final int number;
        private final int status;

        RpcCode(int number, int status) {
            this.number = number;
            this.status = status;
        }

        /** Null: no error has that number. */
        public static @Nullable RpcCode of(int number) {
            for (RpcCode code : values()) {
                if (code.number == number) {
                    return code;
                }
            }
            return null;
        }

        /** Of HTTP. */
        public int status() {
            return status;
        }
    }
}
