package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.Delegation;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.MixerWiring;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.PolicyTarget;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.Visibility;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the objects that need more of an agent than the first profile has. */
public final class Requirements {

    /**
     * What an object needs.
     *
     * @param profile the first that has it
     * @param nodes where there are pods that it is for
     */
    public record Requirement(int profile, Set<String> nodes) {

        /** The newer of both profiles, wherever either is needed. */
        private Requirement and(Requirement other) {
            Set<String> all = new TreeSet<>(nodes);
            all.addAll(other.nodes);
            return new Requirement(Math.max(profile, other.profile), all);
        }
    }

    private Requirements() {}

    /** By object; one that any agent can put in force is not in it. */
    public static Map<ObjectKey, Requirement> of(ClusterState state) {
        Map<ObjectKey, Requirement> requirements = new HashMap<>();
        sidecars(state, requirements);
        var delegation = Delegation.of(state.virtualServices(), null);
        for (VirtualService rule : state.virtualServices()) {
            int profile =
                    rule.asksForTrafficPolicy()
                            ? Profile.TRAFFIC_POLICY
                            : rule.connects() ? Profile.HTTP2 : 0;
            if (profile > 0) {
                List<VirtualService> used =
                        rule.isDelegate() ? delegation.rootsOf(rule) : List.of(rule);
                for (VirtualService one : used) {
                    ofClients(state, rule, one.visibility(), profile, requirements);
                }
            }
            ofSourceLabels(requirements, rule, SourceLabels.of(rule), state);
        }
        for (DestinationRule rule : state.destinationRules()) {
            if (rule.asksForNewerFields()) {
                ofClients(state, rule, rule.visibility(), Profile.NEWER_FIELDS, requirements);
            } else if (rule.originatesTls()) {
                ofClients(state, rule, rule.visibility(), Profile.IDENTITY, requirements);
            } else if (rule.sparesEndpoints()) {
                ofClients(state, rule, rule.visibility(), Profile.OUTLIER_DETECTION, requirements);
            } else if (rule.asksForTrafficPolicy()) {
                ofClients(state, rule, rule.visibility(), Profile.TRAFFIC_POLICY, requirements);
            } else if (rule.asksOfHttp() || rule.asksForProxyHeaders()) {
                ofClients(state, rule, rule.visibility(), Profile.HTTP2, requirements);
            }
            ofSourceLabels(requirements, rule, SourceLabels.of(rule), state);
        }
        for (HealthCheck check : state.healthChecks()) {
            ofClients(state, check, check.visibility(), Profile.HEALTH_CHECKS, requirements);
        }
        for (RateLimit limit : state.rateLimits()) {
            for (VirtualService rule : delegation.inForce()) {
                if (limit.isOf(rule)) {
                    ofClients(
                            state, limit, rule.visibility(), Profile.TRAFFIC_POLICY, requirements);
                }
            }
            for (Pod pod : state.pods().values()) {
                if (limit.selects(pod)) {
                    require(requirements, limit, Profile.TRAFFIC_POLICY, pod);
                }
            }
        }
        for (AuthorizationPolicy policy : state.authorizationPolicies()) {
            ofTarget(state, policy, policy.target(), requirements);
        }
        for (PeerPolicy policy : state.peerPolicies()) {
            if (policy.origins() != null && !policy.origins().origins().isEmpty()) {
                PolicyTarget pods = new PolicyTarget(policy.namespace(), Map.of(), List.of());
                ofTarget(state, policy, pods, requirements);
            }
        }
        roles(state, requirements);
        for (RequestAuthentication policy : state.requestAuthentications()) {
            ofTarget(state, policy, policy.target(), requirements);
        }
        var wiring = new MixerWiring(state.mixer(), state.mesh().rootNamespace());
        for (Pod pod : state.pods().values()) {
            for (MixerWiring.Wire wire : wiring.wires(pod.namespace())) {
                require(requirements, wire.rule(), Profile.TRAFFIC_POLICY, pod);
            }
        }
        return requirements;
    }

    /** Where RbacConfig is on, on all nodes: whom it is for changes with every Service. */
    private static void roles(ClusterState state, Map<ObjectKey, Requirement> requirements) {
        RbacObject.Config config = RoleCompiler.config(state.rbac());
        if (config != null && config.mode() != RbacObject.Mode.OFF) {
            for (Pod pod : state.pods().values()) {
                require(requirements, config, Profile.SECURITY, pod);
            }
        }
    }

    /** Of what pods let in: needed on their own nodes. */
    private static void ofTarget(
            ClusterState state,
            ConfigObject policy,
            PolicyTarget target,
            Map<ObjectKey, Requirement> requirements) {
        List<Service> named = state.services().stream().filter(target::names).toList();
        for (Pod pod : state.pods().values()) {
            if (target.selects(pod) || named.stream().anyMatch(service -> isOf(service, pod))) {
                require(requirements, policy, Profile.SECURITY, pod);
            }
        }
    }

    private static boolean isOf(Service service, Pod pod) {
        return service.namespace().equals(pod.namespace()) && service.selects(pod.labels());
    }

    /** Of what clients do: needed on the nodes of those who see the object. */
    private static void ofClients(
            ClusterState state,
            ConfigObject object,
            Visibility visibility,
            int profile,
            Map<ObjectKey, Requirement> requirements) {
        for (Pod pod : state.pods().values()) {
            if (visibility.to(pod.namespace())) {
                require(requirements, object, profile, pod);
            }
        }
    }

    private static void sidecars(ClusterState state, Map<ObjectKey, Requirement> requirements) {
        if (state.sidecars().stream().anyMatch(sidecar -> !sidecar.selector().isEmpty())) {
            var scopes = new ClientScopes(state, new SourceLabels(Set.of()));
            for (Pod pod : state.pods().values()) {
                ClientScope scope = scopes.of(pod);
                if (scope.sidecar() != null && !scope.sidecar().selector().isEmpty()) {
                    require(requirements, scope.sidecar(), Profile.SCOPED_PODS, pod);
                }
            }
        }
    }

    /** What looks at its clients' labels is for scopes of those that have them. */
    private static void ofSourceLabels(
            Map<ObjectKey, Requirement> requirements,
            ConfigObject rule,
            SourceLabels labels,
            ClusterState state) {
        if (!labels.all().isEmpty()) {
            for (Pod pod : state.pods().values()) {
                if (!labels.of(pod).isEmpty()) {
                    require(requirements, rule, Profile.SCOPED_PODS, pod);
                }
            }
        }
    }

    private static void require(
            Map<ObjectKey, Requirement> requirements, ConfigObject object, int profile, Pod pod) {
        requirements.merge(
                object.meta().key(),
                new Requirement(profile, new TreeSet<>(Set.of(pod.node()))),
                Requirement::and);
    }
}
