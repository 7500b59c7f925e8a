package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RateLimit.Descriptor;
import dev.fairlead.agent.model.route.RateLimit.Entry;
import dev.fairlead.agent.model.route.RateLimit.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One action, joined with the descriptors that it can make. What is fixed of both is compared once,
 * here; what a request decides is compared at each request.
 *
 * <p>Owner: the pod's loop.
 */
final class DescriptorRule {

    private final Part[] parts;
    private final int[] open;
    private final List<Row> exact;
    private final List<Row> wild;

    private DescriptorRule(Part[] parts, int[] open, List<Row> exact, List<Row> wild) {
        this.parts = parts;
        this.open = open;
        this.exact = exact;
        this.wild = wild;
    }

    /** Null: the action can make none of the descriptors. */
    static @Nullable DescriptorRule of(RateLimit.Action action, List<Row> rows) {
        List<Row> exact = new ArrayList<>();
        List<Row> wild = new ArrayList<>();
        for (Row row : rows) {
            if (canMake(action.parts(), row.entries)) {
                (row.hasOpenValue() ? wild : exact).add(row);
            }
        }
        if (exact.isEmpty() && wild.isEmpty()) {
            return null;
        }
        Part[] parts = action.parts().toArray(Part[]::new);
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            if (fixed(parts[i]) == null) {
                open.add(i);
            }
        }
        return new DescriptorRule(
                parts, open.stream().mapToInt(Integer::intValue).toArray(), exact, wild);
    }

    private static boolean canMake(List<Part> parts, List<Entry> entries) {
        if (parts.size() != entries.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            Entry entry = entries.get(i);
            String value = fixed(parts.get(i));
            if (!parts.get(i).key().equals(entry.key())
                    || value != null && !entry.value().isEmpty() && !value.equals(entry.value())) {
                return false;
            }
        }
        return true;
    }

    /** The value that a part always has; null: requests decide. */
    private static @Nullable String fixed(Part part) {
        return switch (part) {
            case Part.Fixed known -> known.value();
            case Part.HeadersMatch known -> known.value();
            case Part.When known -> known.value();
            case Part.Header _,
                    Part.RemoteAddress _,
                    Part.Principal _,
                    Part.PrincipalMatch _,
                    Part.Peer _ ->
                    null;
        };
    }

    /** The bucket that the request's descriptor has; null: it has no such descriptor. */
    @Nullable TokenBucket bucket(RequestFacts facts, long now) {
        for (Part part : parts) {
            if (part instanceof Part.HeadersMatch tests && !holds(tests, facts)
                    || part instanceof Part.When when && !when.test().matches(facts)) {
                return null;
            }
        }
        if (open.length == 0) {
            return exact.isEmpty() ? wild.getFirst().bucket("", now) : exact.getFirst().only;
        }
        String[] values = new String[open.length];
        for (int i = 0; i < open.length; i++) {
            String value = read(parts[open[i]], facts);
            if (value == null) {
                return null;
            }
            values[i] = value;
        }
        Row row = matching(exact, values);
        if (row != null) {
            return row.only;
        }
        row = matching(wild, values);
        return row == null
                ? null
                : row.bucket(values.length == 1 ? values[0] : List.of(values), now);
    }

    private @Nullable Row matching(List<Row> rows, String[] values) {
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            boolean same = true;
            for (int j = 0; same && j < open.length; j++) {
                String wanted = row.entries.get(open[j]).value();
                same = wanted.isEmpty() || wanted.equals(values[j]);
            }
            if (same) {
                return row;
            }
        }
        return null;
    }

    private static boolean holds(Part.HeadersMatch tests, RequestFacts facts) {
        List<HeaderMatcher> headers = tests.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).matches(facts.request())) {
                return !tests.expect();
            }
        }
        return tests.expect();
    }

    private static @Nullable String read(Part part, RequestFacts facts) {
        return switch (part) {
            case Part.Header header -> facts.request().value(header.name());
            case Part.RemoteAddress _ -> facts.source().getHostAddress();
            case Part.Principal _ -> facts.principal();
            case Part.PrincipalMatch match -> {
                String principal = facts.principal();
                yield principal == null
                        ? null
                        : match.pattern().matcher(principal).find() ? "true" : "false";
            }
            case Part.Peer peer -> peer.of().of(facts);
            case Part.Fixed known -> known.value();
            case Part.HeadersMatch known -> known.value();
            case Part.When known -> known.value();
        };
    }

    boolean isFull(long now) {
        for (Row row : exact) {
            if (!row.isFull(now)) {
                return false;
            }
        }
        for (Row row : wild) {
            if (!row.isFull(now)) {
                return false;
            }
        }
        return true;
    }

    /** A descriptor with its bucket, or with those of the values that were seen last. */
    static final class Row {

        private final List<Entry> entries;
        private final RateLimit.Bucket config;
        private final TokenBucket only;
        private final @Nullable Map<Object, TokenBucket> byValue;

        Row(Descriptor descriptor, int mostValues, long now) {
            entries = descriptor.entries();
            config = descriptor.bucket();
            only = new TokenBucket(config, now);
            byValue = hasOpenValue() ? new LastUsed(mostValues) : null;
        }

        private boolean hasOpenValue() {
            for (Entry entry : entries) {
                if (entry.value().isEmpty()) {
                    return true;
                }
            }
            return false;
        }

        private TokenBucket bucket(Object value, long now) {
            Map<Object, TokenBucket> buckets = byValue;
            if (buckets == null) {
                return only;
            }
            TokenBucket known = buckets.get(value);
            if (known == null) {
                known = new TokenBucket(config, now);
                buckets.put(value, known);
            }
            return known;
        }

        private boolean isFull(long now) {
            Map<Object, TokenBucket> buckets = byValue;
            if (buckets == null) {
                return only.isFull(now);
            }
            for (TokenBucket bucket : buckets.values()) {
                if (!bucket.isFull(now)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The one that was asked for longest ago makes room. */
    private static final class LastUsed extends LinkedHashMap<Object, TokenBucket> {

        private static final long serialVersionUID = 1L;
        private final int most;

        LastUsed(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, TokenBucket> eldest) {
            return size() > most;
        }
    }
}
