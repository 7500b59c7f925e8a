package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first of many routes that takes a request, found without asking those of other paths: exact
 * paths and prefixes are looked up by the hash of each beginning of the request's path, which one
 * pass over it gives. Whether a route matches, the route says; so what shares a hash does no harm.
 *
 * <p>Immutable. Cost: O(length of the path) and the routes that begin as it does, and those that
 * are no plain path; nothing is allocated.
 */
final class RouteIndex {

    /** With fewer, asking all of them is as quick. */
    static final int WORTHWHILE = 16;

    private static final int[] NONE = {};

    private final List<Route> routes;
    private final int[] others;
    private final boolean[] lengths;
    private final int[] hashes;
    private final int[][] found;

    RouteIndex(List<Route> routes) {
        this.routes = routes;
        Map<Integer, List<Integer>> byHash = new LinkedHashMap<>();
        List<Integer> rest = new ArrayList<>();
        int longest = 0;
        for (Route route : routes) {
            longest = Math.max(longest, plain(route).length());
        }
        lengths = new boolean[longest + 1];
        for (int i = 0; i < routes.size(); i++) {
            String plain = plain(routes.get(i));
            if (plain.isEmpty()) {
                rest.add(i);
            } else {
                lengths[plain.length()] = true;
                byHash.computeIfAbsent(plain.hashCode(), _ -> new ArrayList<>()).add(i);
            }
        }
        others = ints(rest);
        int slots = Integer.highestOneBit(Math.max(1, byHash.size())) * 4;
        hashes = new int[slots];
        found = new int[slots][];
        java.util.Arrays.fill(found, NONE);
        byHash.forEach((hash, all) -> {
            int slot = slot(hash);
            hashes[slot] = hash;
            found[slot] = ints(all);
        });
    }

    /** What its path begins with, or is; empty: something else. */
    private static String plain(Route route) {
        return switch (route.match().path()) {
            case PathMatcher.Exact(String path, boolean ignoreCase) when !ignoreCase -> path;
            case PathMatcher.Prefix(String prefix, boolean ignoreCase) when !ignoreCase -> prefix;
            default -> "";
        };
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Where {@code hash} is, or would be. */
    private int slot(int hash) {
        int slot = (hash ^ hash >>> 16) & hashes.length - 1;
        while (found[slot].length > 0 && hashes[slot] != hash) {
            slot = slot + 1 & hashes.length - 1;
        }
        return slot;
    }

    /**
     * @param pathLength length of {@code path} without its query
     */
    @Nullable Route first(
            RequestView request, String path, int pathLength, Map<String, String> callerLabels) {
        int best = routes.size();
        int most = Math.min(pathLength, lengths.length - 1);
        int hash = 0; // as String.hashCode has it
        for (int i = 0; i < most; i++) {
            hash = 31 * hash + path.charAt(i);
            if (lengths[i + 1]) {
                best = firstOf(found[slot(hash)], best, request, pathLength, callerLabels);
            }
        }
        best = firstOf(others, best, request, pathLength, callerLabels);
        return best == routes.size() ? null : routes.get(best);
    }

    private int firstOf(
            int[] candidates,
            int before,
            RequestView request,
            int pathLength,
            Map<String, String> callerLabels) {
        for (int candidate : candidates) {
            if (candidate >= before) {
                return before;
            }
            if (routes.get(candidate).match().matches(request, pathLength, callerLabels)) {
                return candidate;
            }
        }
        return before;
    }
}
