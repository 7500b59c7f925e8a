package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Delegation;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.HttpRoute.Delegate;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.state.Visibility;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks for what VirtualServices name: destinations, subsets, who gets copies, delegates. */
final class RouteCheck {

    /** Takes what is found. */
    interface Warnings {
        void warn(ObjectKey key, String field, String reason);
    }

    private final ClusterState state;
    private final Delegation delegation;
    private final Warnings warnings;
    private final Map<String, Service> services = new HashMap<>();

    RouteCheck(ClusterState state, Warnings warnings) {
        this.state = state;
        this.warnings = warnings;
        delegation = Delegation.of(state.virtualServices(), null);
        state.services().forEach(service -> services.put(service.fqdn(), service));
    }

    /** HTTP routes. */
    void check(VirtualService rule) {
        for (int i = 0; i < rule.http().size(); i++) {
            HttpRoute route = rule.http().get(i);
            String path = "spec.http[" + i + "]";
            targets(rule, path, route.destinations().stream().map(d -> d.target()).toList());
            if (route.policy().mirror() != null) {
                destination(rule, path + ".mirror", route.policy().mirror());
            }
            if (route.policy().mirrors() != null) {
                for (int j = 0; j < route.policy().mirrors().size(); j++) {
                    destination(
                            rule,
                            path + ".mirrors[" + j + "].destination",
                            route.policy().mirrors().get(j).destination());
                }
            }
            if (route.delegate() != null) {
                delegate(rule, route, route.delegate(), path + ".delegate");
            }
        }
        if (rule.isDelegate() && delegation.rootsOf(rule).isEmpty()) {
            warn(rule.meta().key(), "spec.hosts", "none, and no VirtualService delegates to it");
        }
    }

    private void delegate(VirtualService rule, HttpRoute route, Delegate named, String path) {
        VirtualService delegate = delegation.named(named);
        String name = named.namespace() + "/" + named.name();
        if (delegate == null) {
            warn(rule.meta().key(), path, "no VirtualService without hosts is " + name);
        } else if (delegation.usable(rule, named) == null) {
            warn(
                    rule.meta().key(),
                    path,
                    name + " is not exported to namespace " + rule.meta().namespace());
        } else if (!Delegation.allFit(route, delegate)) {
            warn(
                    rule.meta().key(),
                    path,
                    "some routes of " + name + " are not within this route's matches");
        }
    }

    /** What is wrong with the destinations of a route that stands at {@code path}. */
    void targets(VirtualService rule, String path, List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            destination(rule, path + ".route[" + i + "].destination", targets.get(i));
        }
    }

    private void destination(VirtualService rule, String where, Target target) {
        Service service = services.get(target.host());
        ObjectKey key = rule.meta().key();
        if (service == null) {
            warn(key, where + ".host", "no Service is " + target.host());
        } else if (!visible(service, key.namespace())) {
            warn(
                    key,
                    where + ".host",
                    target.host() + " is not exported to namespace " + key.namespace());
        } else if (target.port() != 0 && service.port(target.port()) == null) {
            warn(key, where + ".port", target.host() + " has no port " + target.port());
        }
        if (!target.subset().isEmpty() && !subsetIsDefined(target)) {
            warn(
                    key,
                    where + ".subset",
                    "no DestinationRule defines " + target.subset() + " of " + target.host());
        }
    }

    private boolean visible(Service service, String namespace) {
        List<String> exportTo =
                service.exportTo().isEmpty()
                        ? state.mesh().scoping().services()
                        : service.exportTo();
        return Visibility.of(exportTo, service.namespace()).to(namespace);
    }

    private boolean subsetIsDefined(Target target) {
        for (DestinationRule rule : state.destinationRules()) {
            if (Hosts.matches(rule.host(), target.host()) && rule.subset(target.subset()) != null) {
                return true;
            }
        }
        return false;
    }

    private void warn(ObjectKey key, String field, String reason) {
        warnings.warn(key, field, reason);
    }
}
