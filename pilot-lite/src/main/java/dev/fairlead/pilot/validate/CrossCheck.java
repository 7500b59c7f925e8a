package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at accepted objects beside each other. What it finds does not stop an object, as in Istio,
 * but its user should know.
 */
public final class CrossCheck {

    private final ClusterState state;
    private final Map<String, Service> services = new HashMap<>();
    private final Map<ObjectKey, List<Problem>> warnings = new HashMap<>();

    private CrossCheck(ClusterState state) {
        this.state = state;
        state.services().forEach(service -> services.put(service.fqdn(), service));
    }

    /** Warnings by object; objects without one are not in the map. */
    public static Map<ObjectKey, List<Problem>> warnings(ClusterState state) {
        var check = new CrossCheck(state);
        check.virtualServices();
        check.destinationRules();
        check.peerPolicies();
        return Map.copyOf(check.warnings);
    }

    private void virtualServices() {
        Map<String, VirtualService> hosts = new HashMap<>();
        for (VirtualService rule : state.virtualServices()) {
            for (int i = 0; i < rule.hosts().size(); i++) {
                VirtualService older = hosts.putIfAbsent(rule.hosts().get(i), rule);
                if (older != null) {
                    warn(rule.meta().key(), "spec.hosts[" + i + "]", taken(older.meta().key()));
                }
            }
            for (int i = 0; i < rule.http().size(); i++) {
                targets(rule, "spec.http[" + i + "]", rule.http().get(i).targets());
            }
            for (int i = 0; i < rule.tcp().size(); i++) {
                targets(rule, "spec.tcp[" + i + "]", rule.tcp().get(i).targets());
            }
        }
    }

    private void targets(VirtualService rule, String path, List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            String where = path + ".route[" + i + "].destination";
            Service service = services.get(target.host());
            ObjectKey key = rule.meta().key();
            if (service == null) {
                warn(key, where + ".host", "no Service is " + target.host());
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
    }

    private boolean subsetIsDefined(Target target) {
        for (DestinationRule rule : state.destinationRules()) {
            if (Hosts.matches(rule.host(), target.host()) && rule.subset(target.subset()) != null) {
                return true;
            }
        }
        return false;
    }

    private void destinationRules() {
        Map<String, DestinationRule> hosts = new HashMap<>();
        for (DestinationRule rule : state.destinationRules()) {
            DestinationRule older =
                    hosts.putIfAbsent(rule.meta().namespace() + "/" + rule.host(), rule);
            if (older != null) {
                warn(rule.meta().key(), "spec.host", taken(older.meta().key()));
            }
        }
    }

    private void peerPolicies() {
        Map<String, PeerPolicy> scopes = new HashMap<>();
        for (PeerPolicy policy : state.peerPolicies()) {
            PeerPolicy older = scopes.putIfAbsent(policy.namespace(), policy);
            if (older != null) {
                warn(policy.meta().key(), "metadata.name", taken(older.meta().key()));
            }
        }
    }

    private static String taken(ObjectKey older) {
        return "not in force: the older " + older.display() + " has it";
    }

    private void warn(ObjectKey key, String field, String reason) {
        warnings.computeIfAbsent(key, k -> new ArrayList<>()).add(new Problem(field, reason));
    }
}
