package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for some host names; the first that matches wins. */
public record VirtualHost(String name, List<String> domains, List<Route> routes) {

    public VirtualHost {
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
    }

    /** The route of {@code request}, or null. */
    public @Nullable Route route(RequestView request, Map<String, String> callerLabels) {
        String path = request.path();
        int query = path.indexOf('?');
        int pathLength = query < 0 ? path.length() : query;
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (route.match().matches(request, pathLength, callerLabels)) {
                return route;
            }
        }
        return null;
    }
}
