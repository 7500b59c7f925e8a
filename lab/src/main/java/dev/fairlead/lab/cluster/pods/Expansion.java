package dev.fairlead.lab.cluster.pods;

import java.util.List;
import java.util.Map;

/**
 * $(NAME) in arguments and variables, as Kubernetes expands it: $$ is one $, an unknown name stays
 * as it is written.
 */
final class Expansion {

    private Expansion() {}

    static List<String> expand(List<String> texts, Map<String, String> variables) {
        return texts.stream().map(text -> expand(text, variables)).toList();
    }

    static String expand(String text, Map<String, String> variables) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int close = text.startsWith("$(", at) ? text.indexOf(')', at) : -1;
            if (text.startsWith("$$", at)) {
                out.append('$');
                at += 2;
            } else if (close > 0) {
                String name = text.substring(at + 2, close);
                out.append(variables.getOrDefault(name, text.substring(at, close + 1)));
                at = close + 1;
            } else {
                out.append(text.charAt(at++));
            }
        }
        return out.toString();
    }
}
