package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which object governs. Among equals the oldest; the lists of the state are in that order. */
final class Rules {

    private final ClusterState state;

    Rules(ClusterState state) {
        this.state = state;
    }

    /**
     * The DestinationRule for a Service as clients of a namespace see it, or null: the client's
     * namespace is looked at first, then the Service's, then the root namespace; in each, the most
     * specific host.
     *
     * <p>Source: istio.io "DestinationRule", visibility.
     */
    @Nullable DestinationRule destinationRule(String clientNamespace, Service service) {
        String root = state.mesh().rootNamespace();
        for (String namespace : new String[] {clientNamespace, service.namespace(), root}) {
            DestinationRule best = null;
            for (DestinationRule rule : state.destinationRules()) {
                if (rule.meta().namespace().equals(namespace)
                        && Hosts.matches(rule.host(), service.fqdn())
                        && (best == null
                                || Hosts.specificity(rule.host())
                                        > Hosts.specificity(best.host()))) {
                    best = rule;
                }
            }
            if (best != null) {
                return best;
            }
        }
        return null;
    }

    /** The VirtualService with HTTP routes for a host, or null. */
    @Nullable VirtualService http(String host) {
        return virtualService(host, rule -> !rule.http().isEmpty());
    }

    /** The VirtualService with TCP routes for a host, or null. */
    @Nullable VirtualService tcp(String host) {
        return virtualService(host, rule -> !rule.tcp().isEmpty());
    }

    private @Nullable VirtualService virtualService(String host, Predicate<VirtualService> usable) {
        VirtualService best = null;
        int bestSpecificity = -1;
        for (VirtualService rule : state.virtualServices()) {
            for (String pattern : rule.hosts()) {
                if (Hosts.matches(pattern, host)
                        && Hosts.specificity(pattern) > bestSpecificity
                        && usable.test(rule)) {
                    best = rule;
                    bestSpecificity = Hosts.specificity(pattern);
                }
            }
        }
        return best;
    }

    /** What pods of a namespace accept: its own policy, else the mesh's, else PERMISSIVE. */
    Mode peerMode(String namespace) {
        Mode own = oldest(namespace);
        if (own != Mode.UNSET) {
            return own;
        }
        Mode mesh = oldest("");
        return mesh != Mode.UNSET ? mesh : Mode.PERMISSIVE;
    }

    private Mode oldest(String scope) {
        for (PeerPolicy policy : state.peerPolicies()) {
            if (policy.namespace().equals(scope)) {
                return policy.mode();
            }
        }
        return Mode.UNSET;
    }
}
