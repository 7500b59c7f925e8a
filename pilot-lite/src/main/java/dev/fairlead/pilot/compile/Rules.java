package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.Subset;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.MixerWiring;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.ProxyProtocol;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which object governs. Among equals the oldest; the lists of the state are in that order.
 *
 * <p>Owner: one compilation.
 */
final class Rules {

    private final ClusterState state;
    private final MixerPolicies mixer;
    private final Map<String, HostIndex<DestinationRule>> destinationRules = new HashMap<>();
    private final Map<String, HostIndex<HealthCheck>> healthChecks = new HashMap<>();
    private final Map<List<DestinationRule>, DestinationRule> merged = new HashMap<>();

    Rules(ClusterState state) {
        this.state = state;
        mixer = new MixerPolicies(new MixerWiring(state.mixer(), state.mesh().rootNamespace()));
        for (DestinationRule rule : state.destinationRules()) {
            destinationRules
                    .computeIfAbsent(rule.meta().namespace(), n -> new HostIndex<>())
                    .add(rule.host(), rule);
        }
        for (HealthCheck check : state.healthChecks()) {
            healthChecks
                    .computeIfAbsent(check.meta().namespace(), n -> new HostIndex<>())
                    .add(check.host(), check);
        }
    }

    /**
     * How endpoints of a Service's port are asked, by clients of a namespace; null: they are not.
     * It is looked for as {@link #destinationRule} is; one for the port comes before one for all.
     */
    @Nullable HealthCheck healthCheck(String clientNamespace, Service service, int port) {
        if (state.healthChecks().isEmpty()) {
            return null;
        }
        String root = state.mesh().rootNamespace();
        for (String namespace : new String[] {clientNamespace, service.namespace(), root}) {
            HostIndex<HealthCheck> index = healthChecks.get(namespace);
            if (index != null) {
                var checks =
                        index.at(
                                service.fqdn(),
                                check ->
                                        check.visibility().to(clientNamespace)
                                                && (check.port() == 0 || check.port() == port));
                for (HealthCheck check : checks) {
                    if (check.port() == port) {
                        return check;
                    }
                }
                if (!checks.isEmpty()) {
                    return checks.getFirst();
                }
            }
        }
        return null;
    }

    /**
     * The DestinationRule for a Service as clients see it, or null: the client's namespace is
     * looked at first, then the Service's, then the root namespace; in each, the most specific host
     * of what is exported to the client's and selects it. Several for one host are merged.
     *
     * <p>Source: istio.io "DestinationRule", visibility and workloadSelector.
     */
    @Nullable DestinationRule destinationRule(Client client, Service service) {
        String root = state.mesh().rootNamespace();
        for (String namespace : new String[] {client.namespace(), service.namespace(), root}) {
            HostIndex<DestinationRule> index = destinationRules.get(namespace);
            if (index != null) {
                var rules =
                        index.at(
                                service.fqdn(),
                                rule ->
                                        rule.visibility().to(client.namespace())
                                                && client.isSelectedBy(rule));
                if (!rules.isEmpty()) {
                    List<DestinationRule> some = selectingFirst(rules);
                    return some.size() == 1
                            ? some.getFirst()
                            : merged.computeIfAbsent(some, Rules::merge);
                }
            }
        }
        return null;
    }

    /**
     * Those that select their clients come before those that are for all. Of selectors the oldest
     * rule's counts.
     */
    private static List<DestinationRule> selectingFirst(List<DestinationRule> oldestFirst) {
        Map<String, String> selector = null;
        for (DestinationRule rule : oldestFirst) {
            if (rule.selector() != null) {
                selector = rule.selector();
                break;
            }
        }
        if (selector == null) {
            return oldestFirst;
        }
        List<DestinationRule> some = new ArrayList<>();
        for (DestinationRule rule : oldestFirst) {
            if (selector.equals(rule.selector())) {
                some.add(rule);
            }
        }
        for (DestinationRule rule : oldestFirst) {
            if (rule.selector() == null) {
                some.add(rule);
            }
        }
        return some;
    }

    /**
     * The subsets of all, of those with one name the oldest; the oldest one's traffic policy.
     *
     * <p>Source: istio.io "Traffic Management Best Practices", split large DestinationRules.
     */
    private static DestinationRule merge(List<DestinationRule> oldestFirst) {
        DestinationRule oldest = oldestFirst.getFirst();
        TrafficPolicy policy = TrafficPolicy.NONE;
        boolean nodeWide = false;
        List<Subset> subsets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (DestinationRule rule : oldestFirst) {
            nodeWide |= rule.nodeWide();
            if (policy.equals(TrafficPolicy.NONE)) {
                policy = rule.policy();
            }
            for (Subset subset : rule.subsets()) {
                if (names.add(subset.name())) {
                    subsets.add(subset);
                }
            }
        }
        return new DestinationRule(
                oldest.meta(),
                oldest.host(),
                oldest.visibility(),
                oldest.selector(),
                policy,
                subsets,
                nodeWide);
    }

    /**
     * What connections to a pod of a Service begin with, by the rule that the Service's own
     * namespace sees: of the subsets that the pod is in the first that says anything, else of the
     * whole; null: nothing.
     */
    @Nullable ProxyProtocol proxyProtocol(Service service, Pod pod) {
        DestinationRule rule = destinationRule(Client.servers(service.namespace()), service);
        if (rule == null) {
            return null;
        }
        for (Subset subset : rule.subsets()) {
            if (subset.policy().proxyProtocol() != null
                    && pod.labels().entrySet().containsAll(subset.labels().entrySet())) {
                return subset.policy().proxyProtocol();
            }
        }
        return rule.policy().proxyProtocol();
    }

    /** The rules that ask for PROXY headers. */
    static List<DestinationRule> ofProxyHeaders(ClusterState state) {
        return state.destinationRules().stream()
                .filter(DestinationRule::asksForProxyHeaders)
                .toList();
    }

    /** What requests to a port of a pod must pass. */
    List<InboundCheck> checks(Attributes attributes) {
        List<InboundCheck> checks = new ArrayList<>(mixer.of(attributes));
        for (RateLimit limit : state.rateLimits()) {
            if (!limit.selects(attributes.pod())) {
                continue;
            }
            for (int i = 0; i < limit.rules().size(); i++) {
                RateLimit.Rule rule = limit.rules().get(i);
                if (rule.match().takes(attributes.port())) {
                    checks.add(new InboundCheck.Limit(limit.nameOf(i), rule));
                }
            }
        }
        return checks;
    }
}
