package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a route table says of one request: the function that serving and explaining both call. */
public sealed interface RouteDecision {

    /** This route takes it. */
    record Matched(VirtualHost host, Route route) implements RouteDecision {}

    /** No virtual host has its authority. */
    record NoVirtualHost() implements RouteDecision {}

    /** The virtual host has no route for it. */
    record NoRoute(VirtualHost host) implements RouteDecision {}

    /**
     * @param table null: none was configured
     * @param callerLabels labels of the calling pod
     */
    static RouteDecision decide(
            @Nullable RouteTable table, RequestView request, Map<String, String> callerLabels) {
        VirtualHost host = table == null ? null : table.virtualHost(request.authority());
        if (host == null) {
            return new NoVirtualHost();
        }
        Route route = host.route(request, callerLabels);
        return route == null ? new NoRoute(host) : new Matched(host, route);
    }
}
