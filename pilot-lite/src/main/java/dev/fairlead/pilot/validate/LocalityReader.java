package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.LocalityBalancing.Distribute;
import dev.fairlead.pilot.state.LocalityBalancing.Priority;
import dev.fairlead.pilot.state.LocalityBalancing.Zones;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code localityLbSetting} of a DestinationRule's loadBalancer, or of the mesh.
 *
 * <p>Source: istio.io "Locality Load Balancing"; what is refused is what Istio's validation does.
 */
final class LocalityReader {

    private static final int WHOLE = 100;
    private static final int PARTS = 3;
    private static final int LEAST_CLUSTER_SIZE = 6; // Envoy's

    private static final Set<String> LOCALITY =
            Set.of(LocalityBalancing.REGION, LocalityBalancing.ZONE, LocalityBalancing.SUB_ZONE);

    private LocalityReader() {}

    static LocalityBalancing read(Fields setting) {
        Boolean enabled = setting.flag("enabled");
        List<Distribute> distribute = setting.list("distribute", LocalityReader::distribute);
        overlaps(setting, "distribute", distribute.stream().map(Distribute::from).toList());
        Map<String, String> failover = new LinkedHashMap<>();
        setting.list("failover", one -> failover(one, failover));
        List<Priority> priorities = new ArrayList<>();
        List<String> labels = setting.stringList("failoverPriority");
        for (int i = 0; i < labels.size(); i++) {
            String at = "failoverPriority[" + i + "]";
            priorities.add(priority(labels.get(i)));
            if (labels.get(i).isEmpty()) {
                setting.problem(at, "is empty");
            }
            if (!failover.isEmpty() && LOCALITY.contains(labels.get(i))) {
                setting.problem(at, "cannot stand beside failover");
            }
        }
        if (!distribute.isEmpty() && !failover.isEmpty()) {
            setting.problem("failover", "cannot stand beside distribute");
        }
        if (!distribute.isEmpty() && !labels.isEmpty()) {
            setting.problem("failoverPriority", "cannot stand beside distribute");
        }
        return new LocalityBalancing(
                enabled == null || enabled, distribute, failover, priorities, false);
    }

    /** {@code zoneAwareLbSetting}: regions are apart whatever else is said. */
    static LocalityBalancing readZones(Fields setting) {
        Boolean enabled = setting.flag("enabled");
        int size = setting.integer("minClusterSize", 1, Integer.MAX_VALUE, LEAST_CLUSTER_SIZE);
        Map<String, String> failover = new LinkedHashMap<>();
        setting.list("failover", one -> failover(one, failover));
        List<Priority> priorities = new ArrayList<>();
        List<String> labels = setting.stringList("failoverPriority");
        for (int i = 0; i < labels.size(); i++) {
            Priority priority = priority(labels.get(i));
            String at = "failoverPriority[" + i + "]";
            if (labels.get(i).isEmpty()) {
                setting.problem(at, "is empty");
            } else if (LOCALITY.contains(priority.label())) {
                setting.problem(at, "regions and zones are looked at anyway");
            }
            priorities.add(priority);
        }
        return new LocalityBalancing(
                enabled == null || enabled, List.of(), failover, priorities, true, new Zones(size));
    }

    private static Distribute distribute(Fields entry) {
        Map<String, Integer> to = entry.integers("to", 1, WHOLE);
        if (to.values().stream().mapToInt(Integer::intValue).sum() != WHOLE) {
            entry.problem("to", "the percents do not make " + WHOLE);
        }
        overlaps(entry, "to", to.keySet());
        return new Distribute(Checks.needed(entry, "from"), to);
    }

    private static String failover(Fields entry, Map<String, String> failover) {
        String from = region(entry, "from");
        String to = region(entry, "to");
        if (from.equals(to)) {
            entry.problem("to", "is where it comes from");
        }
        failover.putIfAbsent(from, to);
        return to;
    }

    private static String region(Fields entry, String name) {
        String region = entry.string(name);
        if (region.contains("/") || region.contains("*")) {
            entry.problem(name, "must be a region");
        }
        return region;
    }

    /** A label, with the value that it must have or the client's. */
    private static Priority priority(String text) {
        int equals = text.indexOf('=');
        return equals > 0
                ? new Priority(text.substring(0, equals), text.substring(equals + 1))
                : new Priority(text, "");
    }

    /** That each place is well written, and none lies in one before it. */
    private static void overlaps(Fields fields, String name, Collection<String> places) {
        List<List<String>> before = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String place : places) {
            List<String> parts = new ArrayList<>(Arrays.asList(place.split("/", PARTS)));
            int star = place.indexOf('*');
            if (parts.contains("") || (star >= 0 && star != place.length() - 1)) {
                fields.problem(
                        name,
                        "\"" + place + "\" is not region/zone/sub-zone, the last of them may be *");
            }
            if (parts.getLast().equals("*")) {
                parts.removeLast();
            }
            if (!seen.add(place) || before.stream().anyMatch(other -> within(parts, other))) {
                fields.problem(name, "\"" + place + "\" overlaps with one before it");
            }
            before.add(parts);
        }
    }

    private static boolean within(List<String> place, List<String> other) {
        int common = Math.min(place.size(), other.size());
        return place.subList(0, common).equals(other.subList(0, common));
    }
}
