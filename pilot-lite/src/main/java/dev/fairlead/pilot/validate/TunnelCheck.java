package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.Subset;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import java.util.List;

/** Tunnels beside the proxies that they go through: which are never asked for, and which fail. */
final class TunnelCheck {

    private final ClusterState state;
    private final Warning warning;

    TunnelCheck(ClusterState state, Warning warning) {
        this.state = state;
        this.warning = warning;
    }

    /** Who is told. */
    interface Warning {
        void of(DestinationRule rule, String field, String reason);
    }

    void check(DestinationRule rule) {
        if (rule.policy().tunnel() != null) {
            tunnel(rule, "spec.trafficPolicy.tunnel");
        }
        for (int i = 0; i < rule.subsets().size(); i++) {
            Subset subset = rule.subsets().get(i);
            if (subset.policy().tunnel() != null) {
                tunnel(rule, "spec.subsets[" + i + "].trafficPolicy.tunnel");
            }
        }
    }

    private void tunnel(DestinationRule rule, String field) {
        for (Service service : state.services()) {
            if (!service.fqdn().equals(rule.host())) {
                continue;
            }
            for (Service.Port port : service.ports()) {
                if (port.protocol() == Protocol.HTTP2) {
                    warning.of(
                            rule,
                            field,
                            "port "
                                    + port.port()
                                    + " is declared http2 or grpc: connections by it are refused,"
                                    + " CONNECT is asked for in HTTP/1.1");
                }
            }
            if (service.ports().stream().allMatch(port -> port.protocol().isHttp())
                    && !isRoutedTo(rule.host())) {
                warning.of(
                        rule,
                        field,
                        "not in force: requests are not tunnelled, and no TCP or TLS route leads to "
                                + rule.host());
            }
        }
    }

    private boolean isRoutedTo(String host) {
        for (VirtualService rule : state.virtualServices()) {
            if (rule.tcp().stream().anyMatch(route -> leads(route.targets(), host))
                    || rule.tls().stream().anyMatch(route -> leads(route.targets(), host))) {
                return true;
            }
        }
        return false;
    }

    private static boolean leads(List<Target> targets, String host) {
        return targets.stream().anyMatch(target -> target.host().equals(host));
    }
}
