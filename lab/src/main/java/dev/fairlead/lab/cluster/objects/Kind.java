package dev.fairlead.lab.cluster.objects;

import java.util.List;

/**
 * A kind of object and the words for it.
 *
 * @param group API group, empty for core
 * @param plural as in {@code get services}
 * @param shortNames as in {@code get svc}
 */
public record Kind(
        String kind, String group, String plural, List<String> shortNames, boolean namespaced) {

    public Kind {
        shortNames = List.copyOf(shortNames);
    }

    /**
     * Whether a user's {@code word} means it: kind, plural or short name, with or without group.
     */
    boolean answersTo(String word) {
        if (word.equalsIgnoreCase(kind)
                || word.equalsIgnoreCase(plural)
                || shortNames.contains(word)) {
            return true;
        }
        int dot = word.indexOf('.');
        return dot > 0
                && !group.isEmpty()
                && word.substring(dot + 1).equalsIgnoreCase(group)
                && answersTo(word.substring(0, dot));
    }
}
