package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a root's route and its delegate's routes make together. A delegate may only narrow what the
 * root's matches take: a route that would take anything else has no place.
 *
 * <p>Source: istio.io VirtualService, Delegate.
 */
final class RouteMerge {

    private RouteMerge() {}

    /** The delegate's routes within the root's; those without a place are left out. */
    static List<HttpRoute> merge(HttpRoute root, List<HttpRoute> delegates) {
        List<HttpRoute> merged = new ArrayList<>();
        for (HttpRoute delegate : delegates) {
            List<HttpMatch> matches = matches(root.matches(), delegate.matches());
            if (matches != null) {
                merged.add(
                        new HttpRoute(
                                joined(root.name(), delegate.name()),
                                matches,
                                delegate.destinations(),
                                delegate.redirect(),
                                delegate.directResponse() != null
                                        ? delegate.directResponse()
                                        : root.directResponse(),
                                null,
                                delegate.policy().orElse(root.policy())));
            }
        }
        return merged;
    }

    private static String joined(String root, String delegate) {
        return root.isEmpty() || delegate.isEmpty() ? root + delegate : root + "-" + delegate;
    }

    /** Null where one of the delegate's matches fits within none of the root's. */
    private static @Nullable List<HttpMatch> matches(
            List<HttpMatch> roots, List<HttpMatch> leaves) {
        if (roots.isEmpty() || leaves.isEmpty()) {
            return roots.isEmpty() ? leaves : roots;
        }
        List<HttpMatch> merged = new ArrayList<>();
        for (HttpMatch leaf : leaves) {
            int before = merged.size();
            for (HttpMatch root : roots) {
                if (within(root, leaf)) {
                    merged.add(merge(root, leaf));
                }
            }
            if (merged.size() == before) {
                return null;
            }
        }
        return merged;
    }

    private static HttpMatch merge(HttpMatch root, HttpMatch leaf) {
        return new HttpMatch(
                joined(root.name(), leaf.name()),
                leaf.uri() != null ? leaf.uri() : root.uri(),
                leaf.ignoreUriCase(),
                leaf.scheme() != null ? leaf.scheme() : root.scheme(),
                leaf.method() != null ? leaf.method() : root.method(),
                leaf.authority() != null ? leaf.authority() : root.authority(),
                both(root.headers(), leaf.headers()),
                both(root.withoutHeaders(), leaf.withoutHeaders()),
                both(root.queryParams(), leaf.queryParams()),
                leaf.port() != 0 ? leaf.port() : root.port(),
                both(root.sourceLabels(), leaf.sourceLabels()),
                leaf.sourceNamespace().isEmpty() ? root.sourceNamespace() : leaf.sourceNamespace(),
                leaf.gateways().isEmpty() ? root.gateways() : leaf.gateways(),
                leaf.statPrefix().isEmpty() ? root.statPrefix() : leaf.statPrefix());
    }

    /** Of one key, the leaf's value. */
    private static <V> Map<String, V> both(Map<String, V> root, Map<String, V> leaf) {
        Map<String, V> both = new HashMap<>(root);
        both.putAll(leaf);
        return both;
    }

    private static boolean within(HttpMatch root, HttpMatch leaf) {
        return within(root.uri(), leaf.uri())
                && within(root.scheme(), leaf.scheme())
                && within(root.method(), leaf.method())
                && within(root.authority(), leaf.authority())
                && all(root.headers(), leaf.headers(), RouteMerge::within)
                && all(root.withoutHeaders(), leaf.withoutHeaders(), RouteMerge::within)
                && all(root.queryParams(), leaf.queryParams(), RouteMerge::within)
                && root.ignoreUriCase() == leaf.ignoreUriCase()
                && (root.port() == 0 || leaf.port() == 0 || root.port() == leaf.port())
                && (root.sourceNamespace().isEmpty()
                        || root.sourceNamespace().equals(leaf.sourceNamespace()))
                && all(root.sourceLabels(), leaf.sourceLabels(), String::equals)
                && (root.gateways().isEmpty()
                        || new HashSet<>(root.gateways()).containsAll(leaf.gateways()));
    }

    /** Whether it holds for each key that both have. */
    private static <V> boolean all(
            Map<String, V> roots, Map<String, V> leaves, BiPredicate<V, V> within) {
        for (Map.Entry<String, V> leaf : leaves.entrySet()) {
            V root = roots.get(leaf.getKey());
            if (root != null && !within.test(root, leaf.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Of two expressions nobody can say whether one is within the other. */
    private static boolean within(@Nullable StringMatch root, @Nullable StringMatch leaf) {
        if (root == null || leaf == null) {
            return true;
        }
        return switch (root) {
            case StringMatch.Exact(String value) ->
                    leaf instanceof StringMatch.Exact(String same) && same.equals(value);
            case StringMatch.Prefix(String prefix) ->
                    switch (leaf) {
                        case StringMatch.Exact(String value) -> value.startsWith(prefix);
                        case StringMatch.Prefix(String longer) -> longer.startsWith(prefix);
                        case StringMatch.Regex _, StringMatch.Present _ -> false;
                    };
            case StringMatch.Regex _, StringMatch.Present _ -> false;
        };
    }
}
