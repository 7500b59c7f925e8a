package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RateLimit.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one limit of one pod.
 *
 * <p>A request takes one token from each bucket whose descriptor it has, the strictest first, and
 * from the common one where no descriptor takes it or the limit says so; it passes if all had one.
 * What was taken before one was found empty stays taken. Source: Envoy, LocalRateLimiterImpl.
 *
 * <p>Owner: the pod's loop. Cost: nothing for what no descriptor can be made of; else one look at
 * the head for each action, and a few comparisons for each descriptor that its action can make.
 */
final class RateLimiter {

    private final Counters<RateLimitStat> counters;
    private final LongSupplier nanos;
    private final List<DescriptorRule> rules = new ArrayList<>();
    private final @Nullable TokenBucket common;
    private final boolean always;
    private final TokenBucket[] found;

    RateLimiter(RateLimit config, Counters<RateLimitStat> counters, LongSupplier nanos) {
        this.counters = counters;
        this.nanos = nanos;
        long now = nanos.getAsLong();
        List<DescriptorRule.Row> rows = new ArrayList<>();
        for (Descriptor descriptor : config.descriptors()) {
            rows.add(new DescriptorRule.Row(descriptor, config.mostValues(), now));
        }
        for (RateLimit.Action action : config.actions()) {
            DescriptorRule rule = DescriptorRule.of(action, rows);
            if (rule != null) {
                rules.add(rule);
            }
        }
        RateLimit.Bucket bucket = config.bucket();
        common = bucket == null ? null : new TokenBucket(bucket, now);
        always = config.always();
        found = new TokenBucket[rules.size()];
    }

    /** Whether the request may pass; takes its tokens. */
    boolean allows(RequestFacts facts) {
        long now = nanos.getAsLong();
        int count = 0;
        for (int i = 0; i < rules.size(); i++) {
            TokenBucket bucket = rules.get(i).bucket(facts, now);
            if (bucket != null) {
                insert(bucket, count++);
            }
        }
        for (int i = 0; i < count; i++) {
            if (!found[i].take(now)) {
                return false;
            }
        }
        return common == null || count > 0 && !always || common.take(now);
    }

    /** The strictest come first, and what is equally strict in order. */
    private void insert(TokenBucket bucket, int count) {
        int at = count;
        while (at > 0 && found[at - 1].nanosPerToken() < bucket.nanosPerToken()) {
            found[at] = found[at - 1];
            at--;
        }
        found[at] = bucket;
    }

    Counters<RateLimitStat> counters() {
        return counters;
    }

    /** A new one would say the same. */
    boolean isFull() {
        long now = nanos.getAsLong();
        if (common != null && !common.isFull(now)) {
            return false;
        }
        for (DescriptorRule rule : rules) {
            if (!rule.isFull(now)) {
                return false;
            }
        }
        return true;
    }
}
