package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is in one namespace for one IP family, as far as it concerns us.
 *
 * @param tables rules of every chain, by table and chain, in order and as printed, without {@code
 *     -A CHAIN}
 * @param returnRules {@code ip rule} lines that lead to our routing table
 * @param returnRoutes routes in that table
 */
record FamilyState(
        Map<String, Map<String, List<String>>> tables,
        List<String> returnRules,
        List<String> returnRoutes) {

    static final FamilyState EMPTY = new FamilyState(Map.of(), List.of(), List.of());

    /** Reads the output of iptables-save, {@code ip rule} and {@code ip route show table}. */
    static FamilyState parse(List<String> saved, List<String> rules, List<String> routes) {
        var tables = new TreeMap<String, Map<String, List<String>>>();
        Map<String, List<String>> table = new LinkedHashMap<>();
        for (var line : saved) {
            if (line.startsWith("*")) {
                table = tables.computeIfAbsent(line.substring(1), _ -> new LinkedHashMap<>());
            } else if (line.startsWith(":")) {
                table.putIfAbsent(line.substring(1, line.indexOf(' ')), new ArrayList<>());
            } else if (line.startsWith("-A ")) {
                int end = line.indexOf(' ', 3);
                var chain = end < 0 ? line.substring(3) : line.substring(3, end);
                table.computeIfAbsent(chain, _ -> new ArrayList<>())
                        .add(end < 0 ? "" : line.substring(end + 1).trim());
            }
        }
        var leadsToUs = "lookup " + RuleSet.RETURN_TABLE;
        return new FamilyState(
                tables,
                rules.stream()
                        .map(FamilyState::spaced)
                        .filter(rule -> rule.endsWith(leadsToUs))
                        .toList(),
                routes.stream()
                        .map(FamilyState::spaced)
                        .filter(route -> !route.isEmpty())
                        .toList());
    }

    private static String spaced(String line) {
        return line.trim().replaceAll("\\s+", " ");
    }

    Map<String, List<String>> table(String name) {
        return tables.getOrDefault(name, Map.of());
    }
}
