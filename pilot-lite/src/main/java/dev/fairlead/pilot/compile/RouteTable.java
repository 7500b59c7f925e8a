package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.VirtualService.HttpMatch;
import java.time.Duration;
import java.util.List;

/**
 * How HTTP on one port is routed for one scope; what to do with other hosts is the mesh's setting.
 */
public record RouteTable(String name, List<VirtualHost> hosts) {

    public RouteTable {
        hosts = List.copyOf(hosts);
    }

    /** One host under its names. A request that no route takes is answered 404. */
    public record VirtualHost(String name, List<String> domains, List<Route> routes) {
        public VirtualHost {
            domains = List.copyOf(domains);
            routes = List.copyOf(routes);
        }
    }

    /**
     * One alternative; of the match, port and sourceNamespace are settled already.
     *
     * @param timeout for the whole response, and what a gRPC client may ask for at most; zero: none
     */
    public record Route(
            String name, HttpMatch match, List<WeightedCluster> targets, Duration timeout) {
        public Route {
            targets = List.copyOf(targets);
        }
    }
}
