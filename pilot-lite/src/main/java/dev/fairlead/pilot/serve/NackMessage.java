package dev.fairlead.pilot.serve;

import com.google.common.base.Splitter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads which resources an error_detail refuses. Our agent writes one line for each, {@code <name>:
 * <field path>: <reason>}. An Envoy writes names somewhere in its sentence, or none: then it means
 * all.
 */
final class NackMessage {

    private static final Splitter LINES = Splitter.on('\n').trimResults().omitEmptyStrings();

    private NackMessage() {}

    /** Of the names sent those that are refused, with the reason. */
    static Map<String, String> refused(String message, Collection<String> sent) {
        Map<String, String> byLine = new HashMap<>();
        for (String line : LINES.split(message)) {
            for (String name : sent) {
                if (line.startsWith(name + ": ")) {
                    byLine.put(name, line.substring(name.length() + 2));
                }
            }
        }
        if (!byLine.isEmpty()) {
            return byLine;
        }
        Map<String, String> named = new HashMap<>();
        Map<String, String> all = new HashMap<>();
        for (String name : sent) {
            all.put(name, message);
            if (message.contains(name)) {
                named.put(name, message);
            }
        }
        return named.isEmpty() ? all : named;
    }
}
