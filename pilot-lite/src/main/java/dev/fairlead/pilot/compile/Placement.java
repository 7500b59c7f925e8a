package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.ServiceCluster.Endpoint;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.LocalityBalancing.Distribute;
import dev.fairlead.pilot.state.LocalityBalancing.Priority;
import dev.fairlead.pilot.state.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * That endpoints are others, or come in another order, by where the client is.
 *
 * @param ownNode whether there are only those of the client's node
 * @param weighted whether places have weights
 * @param clients pods of the client's workload by place, where that matters
 */
public record Placement(
        boolean ownNode, LocalityBalancing setting, boolean weighted, Map<Node, Integer> clients) {

    public Placement {
        clients = Map.copyOf(clients);
    }

    static final Placement OWN_NODE =
            new Placement(
                    true,
                    new LocalityBalancing(false, List.of(), Map.of(), List.of(), false),
                    false,
                    Map.of());

    private static final int ANOTHER_REGION = 3;
    private static final int LAST = 4;
    private static final int RANKS = 5;
    private static final int REGION_RANKS = 3;

    /**
     * Endpoints of one place and priority.
     *
     * @param priority 0 is the first; none is left out
     * @param weight of the place among those of its priority; 0: it gets nothing
     */
    public record Group(
            String region,
            String zone,
            String subZone,
            int priority,
            int weight,
            List<Endpoint> endpoints) {

        private Group with(int other) {
            return new Group(region, zone, subZone, other, weight, endpoints);
        }

        Group weighing(int other) {
            return new Group(region, zone, subZone, priority, other, endpoints);
        }
    }

    private record Place(String region, String zone, String subZone, int priority) {}

    private static final Comparator<Place> ORDER =
            Comparator.comparingInt(Place::priority)
                    .thenComparing(Place::region)
                    .thenComparing(Place::zone)
                    .thenComparing(Place::subZone);

    /** Whether clients of one place but several nodes differ. */
    public boolean seesNode() {
        return ownNode
                || setting.priorities().stream()
                        .anyMatch(one ->
                                one.label().equals(LocalityBalancing.HOSTNAME)
                                        && one.value().isEmpty());
    }

    /** All endpoints as clients on a node see them. */
    public List<Group> groups(List<Endpoint> endpoints, Node client) {
        boolean ranks = setting.enabled() && setting.distribute().isEmpty();
        Map<Place, List<Endpoint>> places = new TreeMap<>(ORDER);
        for (Endpoint endpoint : endpoints) {
            if (!ownNode || endpoint.node().equals(client.name())) {
                int rank = ranks ? rank(endpoint, client) : 0;
                var place = new Place(endpoint.region(), endpoint.zone(), endpoint.subZone(), rank);
                places.computeIfAbsent(place, p -> new ArrayList<>()).add(endpoint);
            }
        }
        List<Group> groups = new ArrayList<>();
        places.forEach((place, some) ->
                groups.add(
                        new Group(
                                place.region,
                                place.zone,
                                place.subZone,
                                place.priority,
                                some.size(),
                                some)));
        if (!ranks) {
            return shares(groups, client);
        }
        LocalityBalancing.Zones zones = setting.zones();
        return zones == null
                ? withoutGaps(groups)
                : ZoneShares.of(withoutGaps(groups), client, clients, zones.minClusterSize());
    }

    private int rank(Endpoint endpoint, Node client) {
        List<Priority> priorities = setting.priorities();
        int rank = 0;
        for (int i = 0; i < priorities.size(); i++) {
            Priority one = priorities.get(i);
            String wanted = one.value().isEmpty() ? fact(one.label(), client) : one.value();
            if (!wanted.equals(endpoint.facts().get(i))) {
                rank = priorities.size() - i;
                break;
            }
        }
        if (setting.zones() != null) {
            return rank * REGION_RANKS + region(endpoint, client);
        }
        return priorities.isEmpty() || !setting.failover().isEmpty()
                ? rank * RANKS + distance(endpoint, client)
                : rank;
    }

    /** Of its own region first, then of the one that is named. */
    private int region(Endpoint endpoint, Node client) {
        if (endpoint.region().equals(client.region())) {
            return 0;
        }
        return endpoint.region().equals(setting.failover().get(client.region())) ? 1 : 2;
    }

    /** What a node has for a label of its place; empty where it is no such label. */
    static String fact(String label, Node node) {
        return switch (label) {
            case LocalityBalancing.REGION -> node.region();
            case LocalityBalancing.ZONE -> node.zone();
            case LocalityBalancing.SUB_ZONE -> node.subZone();
            case LocalityBalancing.HOSTNAME -> node.name();
            default -> "";
        };
    }

    private int distance(Endpoint endpoint, Node client) {
        if (!endpoint.region().equals(client.region())) {
            String next = setting.failover().get(client.region());
            return next == null || next.equals(endpoint.region()) ? ANOTHER_REGION : LAST;
        }
        if (!endpoint.zone().equals(client.zone())) {
            return 2;
        }
        return endpoint.subZone().equals(client.subZone()) ? 0 : 1;
    }

    private static List<Group> withoutGaps(List<Group> groups) {
        TreeSet<Integer> ranks = new TreeSet<>();
        groups.forEach(group -> ranks.add(group.priority));
        return groups.stream()
                .map(group -> group.with(ranks.headSet(group.priority).size()))
                .toList();
    }

    /** The shares for the client's place; what has none there is left out. */
    private List<Group> shares(List<Group> groups, Node client) {
        for (Distribute distribute : setting.distribute()) {
            if (matches(distribute.from(), client.region(), client.zone(), client.subZone())) {
                return shares(groups, distribute);
            }
        }
        return groups;
    }

    private static List<Group> shares(List<Group> groups, Distribute distribute) {
        List<Group> left = new ArrayList<>(groups);
        Map<Group, Group> shared = new LinkedHashMap<>();
        distribute
                .to()
                .forEach((place, percent) -> {
                    List<Group> some =
                            left.stream()
                                    .filter(g -> matches(place, g.region, g.zone, g.subZone))
                                    .toList();
                    left.removeAll(some);
                    int all = some.stream().mapToInt(Group::weight).sum();
                    for (Group group : some) { // rounded up, as Istio does
                        shared.put(group, group.weighing((group.weight * percent + all - 1) / all));
                    }
                });
        return groups.stream().filter(shared::containsKey).map(shared::get).toList();
    }

    private static boolean matches(String rule, String region, String zone, String subZone) {
        String[] parts = rule.split("/", -1);
        String[] place = {region, zone, subZone};
        for (int i = 0; i < parts.length && i < place.length; i++) {
            if (parts[i].equals("*")) {
                return true;
            }
            if (!parts[i].equals(place[i])) {
                return false;
            }
        }
        return true;
    }
}
