package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Visibility;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code exportTo}: {@code *} alone, or {@code .} and namespaces' names, each once. */
final class ExportTo {

    private ExportTo() {}

    /**
     * For whom an object of {@code namespace} is there; {@code otherwise} where it does not say.
     */
    static Visibility read(Fields spec, String namespace, List<String> otherwise) {
        List<String> words = words(spec, "exportTo", namespace, false);
        return Visibility.of(words.isEmpty() ? otherwise : words, namespace);
    }

    /**
     * The words of a field.
     *
     * @param namespace what {@code .} stands for; empty where that is not known
     * @param none whether {@code ~} is a word
     */
    static List<String> words(Fields fields, String name, String namespace, boolean none) {
        List<String> words = fields.stringList(name);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String at = name + "[" + i + "]";
            if (!isWord(word, none)) {
                fields.problem(at, "\"" + word + "\" is not a namespace, . or *");
            } else if (!seen.add(word.equals(".") && !namespace.isEmpty() ? namespace : word)) {
                fields.problem(at, "duplicate " + word);
            } else if (words.size() > 1 && (word.equals("*") || word.equals("~"))) {
                fields.problem(at, word + " leaves no room for other entries");
            }
        }
        return words;
    }

    private static boolean isWord(String word, boolean none) {
        return word.equals("*")
                || word.equals(".")
                || (none && word.equals("~"))
                || HostNames.isLabel(word);
    }
}
