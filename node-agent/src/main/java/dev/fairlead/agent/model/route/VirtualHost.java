package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules for some host names; the first that matches wins. */
public final class VirtualHost {

    private final String name;
    private final List<String> domains;
    private final List<Route> routes;
    private final @Nullable RouteIndex index;

    public VirtualHost(String name, List<String> domains, List<Route> routes) {
        this.name = name;
        this.domains = List.copyOf(domains);
        this.routes = List.copyOf(routes);
        this.index = routes.size() < RouteIndex.WORTHWHILE ? null : new RouteIndex(this.routes);
    }

    public String name() {
        return name;
    }

    public List<String> domains() {
        return domains;
    }

    public List<Route> routes() {
        return routes;
    }

    /** The route of {@code request}, or null. */
    public @Nullable Route route(RequestView request, Map<String, String> callerLabels) {
        String path = request.path();
        int query = path.indexOf('?');
        int pathLength = query < 0 ? path.length() : query;
        if (index != null) {
            return index.first(request, path, pathLength, callerLabels);
        }
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (route.match().matches(request, pathLength, callerLabels)) {
                return route;
            }
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VirtualHost host
                && name.equals(host.name)
                && domains.equals(host.domains)
                && routes.equals(host.routes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, domains, routes);
    }

    @Override
    public String toString() {
        return "VirtualHost[" + name + ", " + domains + ", " + routes.size() + " routes]";
    }
}
