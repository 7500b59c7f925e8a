package dev.fairlead.agent.model.policy;

import dev.fairlead.agent.model.policy.Matcher.Attribute;
import dev.fairlead.agent.model.policy.Rbac.Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policies of some rules by what a request must have for one to match: a principal, a
 * namespace, a path, whichever tells a policy from the others best. Those that ask for nothing of
 * the kind are asked each time.
 *
 * <p>Immutable. Cost of a question: a look-up for each kind of text that is asked for, and the
 * policies found.
 */
final class PolicyIndex {

    /** Policies by the text that one attribute must have. */
    private record Slot(Attribute of, Map<String, int[]> byText) {}

    private final Policy[] policies;
    private final int[] always;
    private final Slot[] slots;

    private PolicyIndex(Policy[] policies, int[] always, Slot[] slots) {
        this.policies = policies;
        this.always = always;
        this.slots = slots;
    }

    static PolicyIndex of(List<Policy> policies) {
        List<Map<Attribute, Set<String>>> needs = new ArrayList<>(policies.size());
        Map<Attribute, Map<String, Integer>> uses = new HashMap<>();
        for (Policy policy : policies) {
            Map<Attribute, Set<String>> needed = both(needs(policy.permissions()), policy);
            needs.add(needed);
            needed.forEach((of, texts) -> {
                Map<String, Integer> used = uses.computeIfAbsent(of, _ -> new HashMap<>());
                texts.forEach(text -> used.merge(text, 1, Integer::sum));
            });
        }
        List<Integer> always = new ArrayList<>();
        Map<Attribute, Map<String, List<Integer>>> found = new LinkedHashMap<>();
        for (int i = 0; i < policies.size(); i++) {
            Attribute best = best(needs.get(i), uses);
            if (best == null) {
                always.add(i);
                continue;
            }
            Map<String, List<Integer>> byText = found.computeIfAbsent(best, _ -> new HashMap<>());
            for (String text : needs.get(i).getOrDefault(best, Set.of())) {
                byText.computeIfAbsent(text, _ -> new ArrayList<>()).add(i);
            }
        }
        List<Slot> slots = new ArrayList<>();
        found.forEach((of, byText) -> {
            Map<String, int[]> plain = new HashMap<>();
            byText.forEach((text, which) -> plain.put(text, plain(which)));
            slots.add(new Slot(of, Map.copyOf(plain)));
        });
        return new PolicyIndex(
                policies.toArray(Policy[]::new), plain(always), slots.toArray(Slot[]::new));
    }

    private static int[] plain(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The attribute whose texts the fewest policies share; null: none must have any. */
    private static @Nullable Attribute best(
            Map<Attribute, Set<String>> needed, Map<Attribute, Map<String, Integer>> uses) {
        Attribute best = null;
        long fewest = Long.MAX_VALUE;
        for (Map.Entry<Attribute, Set<String>> each : needed.entrySet()) {
            Map<String, Integer> used = uses.getOrDefault(each.getKey(), Map.of());
            long sharing = 0;
            for (String text : each.getValue()) {
                sharing += used.getOrDefault(text, 0);
            }
            if (sharing < fewest) {
                fewest = sharing;
                best = each.getKey();
            }
        }
        return best;
    }

    private static Map<Attribute, Set<String>> both(
            Map<Attribute, Set<String>> permissions, Policy policy) {
        return merged(List.of(permissions, needs(policy.principals())));
    }

    /** By attribute the texts of which it has one where {@code matcher} matches. */
    private static Map<Attribute, Set<String>> needs(Matcher matcher) {
        return switch (matcher) {
            case Matcher.OneOf(Attribute of, Set<String> texts) -> Map.of(of, texts);
            case Matcher.AllOf(List<Matcher> parts) ->
                    merged(parts.stream().map(PolicyIndex::needs).toList());
            case Matcher.AnyOf(List<Matcher> parts) -> shared(parts);
            default -> Map.of();
        };
    }

    /** Of several needs for one attribute the narrower counts. */
    private static Map<Attribute, Set<String>> merged(List<Map<Attribute, Set<String>>> all) {
        Map<Attribute, Set<String>> merged = new LinkedHashMap<>();
        for (Map<Attribute, Set<String>> each : all) {
            each.forEach(
                    (of, texts) -> merged.merge(of, texts, (a, b) -> a.size() <= b.size() ? a : b));
        }
        return merged;
    }

    /** What every part needs, in one way or another. */
    private static Map<Attribute, Set<String>> shared(List<Matcher> parts) {
        Map<Attribute, Set<String>> shared = null;
        for (Matcher part : parts) {
            Map<Attribute, Set<String>> needed = needs(part);
            if (shared == null) {
                shared = new LinkedHashMap<>();
                for (Map.Entry<Attribute, Set<String>> each : needed.entrySet()) {
                    shared.put(each.getKey(), new HashSet<>(each.getValue()));
                }
            } else {
                shared.keySet().retainAll(needed.keySet());
                shared.forEach((of, texts) -> texts.addAll(needed.getOrDefault(of, Set.of())));
            }
        }
        return shared == null ? Map.of() : shared;
    }

    /** The name of the first policy that matches; null: none does. */
    @Nullable String first(RequestFacts facts) {
        int found = first(always, facts, policies.length);
        for (Slot slot : slots) {
            String text = slot.of.of(facts);
            int[] candidates = text == null ? null : slot.byText.get(text);
            if (candidates != null) {
                found = first(candidates, facts, found);
            }
        }
        return found == policies.length ? null : policies[found].name();
    }

    /** The first of {@code candidates} that matches, if it comes before {@code before}. */
    private int first(int[] candidates, RequestFacts facts, int before) {
        for (int candidate : candidates) {
            if (candidate >= before) {
                return before;
            }
            if (policies[candidate].matches(facts)) {
                return candidate;
            }
        }
        return before;
    }
}
