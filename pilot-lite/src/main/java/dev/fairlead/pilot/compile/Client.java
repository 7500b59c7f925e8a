package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Pod;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for clusters: pods of a namespace that DestinationRules cannot tell from each other.
 *
 * @param labels sets of labels that objects ask of clients and that these have; with the empty set
 *     for all who call, without it for servers
 */
record Client(String namespace, Set<Map<String, String>> labels) {

    private static final Map<String, String> ANY = Map.of();

    Client {
        labels = Set.copyOf(labels);
    }

    /** All clients of a namespace, by nothing but that. */
    static Client of(String namespace) {
        return of(namespace, Set.of());
    }

    static Client of(String namespace, Set<Map<String, String>> labels) {
        Set<Map<String, String>> all = new HashSet<>(labels);
        all.add(ANY);
        return new Client(namespace, all);
    }

    static Client of(Pod pod, SourceLabels asked) {
        return of(pod.namespace(), asked.of(pod));
    }

    /** The pods behind a namespace's Services: for them no rule is that selects its clients. */
    static Client servers(String namespace) {
        return new Client(namespace, Set.of());
    }

    /** Whether it has nothing of what is asked of clients. */
    boolean isLikeAny() {
        return labels.size() == 1 && labels.contains(ANY);
    }

    /** Whether a rule that says for which clients it is, is for these. */
    boolean isSelectedBy(DestinationRule rule) {
        Map<String, String> selector = rule.selector();
        return selector == null
                || (rule.meta().namespace().equals(namespace) && labels.contains(selector));
    }

    /** What these have for a label that is asked for; null: they do not have it. */
    @Nullable String value(String label) {
        for (Map<String, String> some : labels) {
            String value = some.get(label);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
