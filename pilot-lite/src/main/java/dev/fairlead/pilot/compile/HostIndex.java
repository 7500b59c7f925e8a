package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Hosts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Objects by the hosts that they are for. Filled once, then read.
 *
 * <p>Cost: a look-up is one of a map, and as many comparisons as there are wildcards.
 */
final class HostIndex<T> {

    private static final Comparator<String> MOST_SPECIFIC_FIRST =
            Comparator.comparingInt(Hosts::specificity).reversed();

    private final Map<String, List<T>> exact = new HashMap<>();
    private final Map<String, List<T>> wildcards = new HashMap<>();
    private final List<String> patterns = new ArrayList<>();

    /** Among objects of one host, those that are added first come first. */
    void add(String host, T object) {
        if (!host.startsWith("*")) {
            exact.computeIfAbsent(host, h -> new ArrayList<>()).add(object);
            return;
        }
        if (!wildcards.containsKey(host)) {
            patterns.add(host);
            patterns.sort(MOST_SPECIFIC_FIRST);
        }
        wildcards.computeIfAbsent(host, h -> new ArrayList<>()).add(object);
    }

    /** Those of the most specific host that takes {@code host} and has any that may be used. */
    List<T> at(String host, Predicate<T> usable) {
        List<T> best = only(exact.getOrDefault(host, List.of()), usable);
        for (int i = 0; best.isEmpty() && i < patterns.size(); i++) {
            String pattern = patterns.get(i);
            if (Hosts.matches(pattern, host)) {
                best = only(wildcards.getOrDefault(pattern, List.of()), usable);
            }
        }
        return best;
    }

    private static <T> List<T> only(List<T> objects, Predicate<T> usable) {
        return objects.isEmpty() ? objects : objects.stream().filter(usable).toList();
    }
}
