package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.HttpRoute.Delegate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * VirtualServices as they are in force: delegates have gone into their roots. A root whose own
 * object and delegates are as they were comes out as the same object. A route whose delegate is not
 * there, or not exported to the root's namespace, is left out.
 */
public final class Delegation {

    private record Name(String namespace, String name) {}

    /**
     * @param delegates of its routes, in order; null: none there
     */
    private record Merged(List<@Nullable VirtualService> delegates, VirtualService result) {}

    private final List<VirtualService> inForce;
    private final Map<Name, VirtualService> delegates = new HashMap<>();
    private final IdentityHashMap<VirtualService, Merged> roots = new IdentityHashMap<>();
    private final IdentityHashMap<VirtualService, Set<VirtualService>> users =
            new IdentityHashMap<>();

    /** {@code before} may be null; what it merged is taken over. */
    public static Delegation of(List<VirtualService> all, @Nullable Delegation before) {
        return new Delegation(all, before);
    }

    private Delegation(List<VirtualService> all, @Nullable Delegation before) {
        for (VirtualService one : all) {
            if (one.isDelegate()) {
                delegates.put(new Name(one.meta().namespace(), one.meta().name()), one);
            }
        }
        List<VirtualService> now = new ArrayList<>(all.size());
        boolean changed = false;
        for (VirtualService one : all) {
            if (one.isDelegate()) {
                changed = true;
            } else if (one.isRoot()) {
                changed = true;
                now.add(merged(one, before));
            } else {
                now.add(one);
            }
        }
        inForce = changed ? List.copyOf(now) : all;
    }

    private VirtualService merged(VirtualService root, @Nullable Delegation before) {
        List<@Nullable VirtualService> used = new ArrayList<>();
        for (HttpRoute route : root.http()) {
            if (route.delegate() != null) {
                VirtualService delegate = usable(root, route.delegate());
                used.add(delegate);
                if (delegate != null) {
                    users.computeIfAbsent(delegate, d -> new LinkedHashSet<>()).add(root);
                }
            }
        }
        Merged known = before == null ? null : before.roots.get(root);
        Merged now =
                known != null && sameObjects(known.delegates, used)
                        ? known
                        : new Merged(used, root.with(routes(root)));
        roots.put(root, now);
        return now.result;
    }

    @SuppressWarnings("ReferenceEquality") // identity is what is asked for
    private static boolean sameObjects(
            List<@Nullable VirtualService> one, List<@Nullable VirtualService> other) {
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) != other.get(i)) {
                return false;
            }
        }
        return true;
    }

    private List<HttpRoute> routes(VirtualService root) {
        List<HttpRoute> routes = new ArrayList<>();
        for (HttpRoute route : root.http()) {
            if (route.delegate() == null) {
                routes.add(route);
                continue;
            }
            VirtualService delegate = usable(root, route.delegate());
            if (delegate != null) {
                routes.addAll(RouteMerge.merge(route, delegate.http()));
            }
        }
        return routes;
    }

    /** All that are not delegates, merged, in the order of those given. */
    public List<VirtualService> inForce() {
        return inForce;
    }

    /** What a route of {@code root} names, as long as its namespace sees it; else null. */
    public @Nullable VirtualService usable(VirtualService root, Delegate named) {
        VirtualService delegate = named(named);
        return delegate != null && delegate.visibility().to(root.meta().namespace())
                ? delegate
                : null;
    }

    /** The delegate of that name, whoever sees it, or null. */
    public @Nullable VirtualService named(Delegate named) {
        return delegates.get(new Name(named.namespace(), named.name()));
    }

    /** Whether every route of the delegate has a place within the root's route. */
    public static boolean allFit(HttpRoute root, VirtualService delegate) {
        return RouteMerge.merge(root, delegate.http()).size() == delegate.http().size();
    }

    /** Roots of which some route is a delegate's. */
    public List<VirtualService> rootsOf(VirtualService delegate) {
        return List.copyOf(users.getOrDefault(delegate, Set.of()));
    }
}
