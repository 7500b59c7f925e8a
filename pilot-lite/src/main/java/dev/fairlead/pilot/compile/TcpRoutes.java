package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.TcpMatch;
import dev.fairlead.pilot.state.VirtualService.TcpRoute;
import java.util.List;

/**
 * Where opaque connections of one scope go. What can be known of a connection beforehand (its port,
 * the Service's address that is called, its client's namespace and labels) is decided here, so that
 * rules hold in the order in which they are written.
 *
 * <p>Source: istio.io VirtualService, TCPRoute and L4MatchAttributes.
 */
final class TcpRoutes {

    private final Horizon horizon;
    private final RouteCompiler routes;

    TcpRoutes(Horizon horizon, RouteCompiler routes) {
        this.horizon = horizon;
        this.routes = routes;
    }

    /**
     * Of connections to an address of a Service's port: what the first TCP route says that takes
     * them, else the port itself. Ports declared TLS have no TCP routes, as in Istio.
     */
    List<WeightedCluster> targets(Service service, Service.Port port, String address) {
        VirtualService rule = port.protocol() == Protocol.TLS ? null : horizon.tcp(service.fqdn());
        if (rule != null) {
            for (TcpRoute route : rule.tcp()) {
                if (route.matches().isEmpty()
                        || route.matches().stream()
                                .anyMatch(match ->
                                        ofClient(match, port.port(), horizon.scope())
                                                && at(match, address))) {
                    return routes.targets(route.targets(), port.port());
                }
            }
        }
        return routes.whole(service, port.port());
    }

    /** Whether clients of a scope are meant when they call a port. */
    static boolean ofClient(TcpMatch match, int port, ClientScope scope) {
        return (match.port() == 0 || match.port() == port)
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(scope.namespace()))
                && (match.sourceLabels().isEmpty()
                        || scope.sources().contains(match.sourceLabels()));
    }

    /** Whether the address is one of those that are meant. */
    static boolean at(TcpMatch match, String address) {
        return match.subnets().isEmpty()
                || match.subnets().stream().anyMatch(subnet -> subnet.contains(address));
    }
}
