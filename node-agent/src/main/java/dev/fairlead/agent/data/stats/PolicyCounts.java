package dev.fairlead.agent.data.stats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjLongConsumer;

/**
 * How often each policy of access rules has decided, or would have. Policies come and go: the first
 * thousand that decide anything are counted by name, later ones together.
 *
 * <p>Owner: one worker loop writes; any thread reads. Source: Envoy, RBAC filter, {@code
 * track_per_rule_stats}.
 */
public final class PolicyCounts {

    static final int MAX_POLICIES = 1000;

    /** In place of the names of all later ones. */
    static final String OTHERS = "others";

    /** What became, or would become, of a request that a policy matched. */
    public enum Outcome {
        ALLOWED("allowed"),
        DENIED("denied"),
        SHADOW_ALLOWED("shadow_allowed"),
        SHADOW_DENIED("shadow_denied");

        private final String statName;

        Outcome(String statName) {
            this.statName = statName;
        }

        public String statName() {
            return statName;
        }

        /**
         * @param enforced whether it became so
         */
        public static Outcome of(boolean enforced, boolean allows) {
            return enforced ? allows ? ALLOWED : DENIED : allows ? SHADOW_ALLOWED : SHADOW_DENIED;
        }
    }

    /**
     * What is counted.
     *
     * @param prefix of the shadow rules that the policy is of; empty: none
     */
    public record Row(String prefix, String policy, Outcome outcome) {

        /** Behind {@code http.<prefix of the filter>.}, in Envoy's words. */
        public String statName() {
            return "rbac." + prefix + "policy." + policy + "." + outcome.statName();
        }
    }

    private static final int OUTCOMES = Outcome.values().length;

    /** By prefix and policy. */
    private final Map<String, Map<String, long[]>> counts = new ConcurrentHashMap<>();

    private int policies;

    public void inc(String prefix, String policy, Outcome outcome) {
        of(prefix, policy)[outcome.ordinal()]++;
    }

    private long[] of(String prefix, String policy) {
        Map<String, long[]> ofPrefix = counts.get(prefix);
        if (ofPrefix == null) {
            ofPrefix = new ConcurrentHashMap<>();
            counts.put(prefix, ofPrefix);
        }
        long[] known = ofPrefix.get(policy);
        if (known != null) {
            return known;
        }
        if (policies >= MAX_POLICIES) {
            return ofPrefix.computeIfAbsent(OTHERS, _ -> new long[OUTCOMES]);
        }
        policies++;
        known = new long[OUTCOMES];
        ofPrefix.put(policy, known);
        return known;
    }

    void addAll(PolicyCounts other) {
        other.counts.forEach((prefix, byName) ->
                byName.forEach((policy, values) -> {
                    long[] own = of(prefix, policy);
                    for (int i = 0; i < OUTCOMES; i++) {
                        own[i] += values[i];
                    }
                }));
    }

    /** All that is not zero. */
    public void forEach(ObjLongConsumer<Row> each) {
        counts.forEach((prefix, byName) ->
                byName.forEach((policy, values) -> {
                    for (Outcome outcome : Outcome.values()) {
                        long count = values[outcome.ordinal()];
                        if (count != 0) {
                            each.accept(new Row(prefix, policy, outcome), count);
                        }
                    }
                }));
    }
}
