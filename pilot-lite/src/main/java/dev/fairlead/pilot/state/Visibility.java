package dev.fairlead.pilot.state;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whose clients an object or Service is there for.
 *
 * @param all every namespace's; then {@code namespaces} is empty
 */
public record Visibility(boolean all, Set<String> namespaces) {

    public static final Visibility PUBLIC = new Visibility(true, Set.of());

    public Visibility {
        namespaces = Set.copyOf(namespaces);
    }

    /**
     * What {@code exportTo} says in an object of {@code namespace}: {@code *} is every namespace,
     * {@code .} its own, {@code ~} none, everything else a namespace's name.
     */
    public static Visibility of(List<String> exportTo, String namespace) {
        if (exportTo.contains("*")) {
            return PUBLIC;
        }
        Set<String> namespaces = new HashSet<>();
        for (String word : exportTo) {
            if (word.equals(".")) {
                namespaces.add(namespace);
            } else if (!word.equals("~")) {
                namespaces.add(word);
            }
        }
        return new Visibility(false, namespaces);
    }

    /** Whether clients of a namespace see it. */
    public boolean to(String clientNamespace) {
        return all || namespaces.contains(clientNamespace);
    }

    /** Whether some namespace may see this and {@code other}. */
    public boolean overlaps(Visibility other) {
        return all
                ? other.all || !other.namespaces.isEmpty()
                : namespaces.stream().anyMatch(other::to);
    }

    /** Smaller for what is meant more narrowly: its own namespace, some namespaces, all. */
    public int rank(String ownNamespace) {
        return all ? 2 : namespaces.equals(Set.of(ownNamespace)) ? 0 : 1;
    }
}
