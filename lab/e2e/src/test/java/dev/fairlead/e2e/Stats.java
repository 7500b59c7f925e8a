package dev.fairlead.e2e;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What one node's agent has counted, at one moment, under Envoy's names. */
record Stats(Map<String, Long> values) {

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    Stats {
        values = Map.copyOf(values);
    }

    static Stats of(Lab lab, String node) {
        String text = lab.node(node, "curl", "-s", "localhost:15000/stats").ok();
        return new Stats(
                text.lines()
                        .map(line -> line.split(": ", 2))
                        .filter(pair -> pair.length == 2 && NUMBER.matcher(pair[1]).matches())
                        .collect(Collectors.toMap(pair -> pair[0], pair -> Long.valueOf(pair[1]))));
    }

    long get(String name) {
        return values.getOrDefault(name, 0L);
    }

    /** How much a counter has grown. */
    long since(Stats before, String name) {
        return get(name) - before.get(name);
    }
}
