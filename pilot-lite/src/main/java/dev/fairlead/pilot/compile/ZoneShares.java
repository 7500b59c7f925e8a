package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.Placement.Group;
import dev.fairlead.pilot.state.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What each place of the first priority gets of clients of one place: their own place all, where it
 * has at least as large a part of the endpoints as it has of the clients; else as much as makes
 * that even, and the rest those places that have more endpoints than clients.
 *
 * <p>Source: Envoy, "Zone aware routing". Envoy reckons with the endpoints that are healthy to one
 * proxy; this with those that are ready.
 */
final class ZoneShares {

    private static final long WHOLE = 10_000; // as fine as Envoy's

    private ZoneShares() {}

    /**
     * The same groups, the first priority before others, with weights; where zones make no
     * difference, each endpoint's is one.
     */
    static List<Group> of(
            List<Group> groups, Node client, Map<Node, Integer> clients, int minClusterSize) {
        List<Group> first = groups.stream().filter(group -> group.priority() == 0).toList();
        int endpoints = first.stream().mapToInt(group -> group.endpoints().size()).sum();
        int all = clients.values().stream().mapToInt(Integer::intValue).sum();
        int own = 0;
        while (own < first.size() && !isOf(first.get(own), client)) {
            own++;
        }
        if (endpoints < minClusterSize || first.size() < 2 || own == first.size() || all == 0) {
            return groups;
        }
        long[] left = new long[first.size()]; // of endpoints, beyond the part of the clients
        long allLeft = 0;
        for (int i = 0; i < left.length; i++) {
            Group group = first.get(i);
            left[i] = part(group.endpoints().size(), endpoints) - part(at(group, clients), all);
            allLeft += i == own ? 0 : Math.max(0, left[i]);
        }
        long kept =
                left[own] >= 0
                        ? WHOLE
                        : part(first.get(own).endpoints().size(), endpoints)
                                * WHOLE
                                / part(at(first.get(own), clients), all);
        if (kept < WHOLE && allLeft == 0) {
            return groups; // by what rounding left: Envoy draws a place then
        }
        List<Group> shared = new ArrayList<>();
        for (int i = 0; i < left.length; i++) {
            long rest = kept == WHOLE ? 0 : (WHOLE - kept) * Math.max(0, left[i]) / allLeft;
            shared.add(first.get(i).weighing((int) (i == own ? kept : rest)));
        }
        groups.stream().filter(group -> group.priority() > 0).forEach(shared::add);
        return shared;
    }

    private static boolean isOf(Group group, Node client) {
        return group.region().equals(client.region())
                && group.zone().equals(client.zone())
                && group.subZone().equals(client.subZone());
    }

    private static int at(Group group, Map<Node, Integer> clients) {
        return clients.getOrDefault(
                Neighbours.place(group.region(), group.zone(), group.subZone()), 0);
    }

    private static long part(int some, int all) {
        return WHOLE * some / all;
    }
}
