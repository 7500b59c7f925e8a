package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.Origins;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a pod accepts, and on which ports. */
final class InboundCompiler {

    private final Registry registry;
    private final Rules rules;
    private final PeerModes modes;
    private final ClientScopes scopes;
    private final AuthorizationCompiler authorization;
    private final TokensCompiler tokens;
    private final OriginsCompiler origins;

    InboundCompiler(Registry registry, Rules rules, PeerModes modes, ClientScopes scopes) {
        this.registry = registry;
        this.rules = rules;
        this.modes = modes;
        this.scopes = scopes;
        this.authorization = new AuthorizationCompiler(registry);
        this.tokens = new TokensCompiler(registry.state());
        this.origins = new OriginsCompiler(registry);
    }

    PodView view(Pod pod) {
        Map<Integer, PodView.Port> ports = new TreeMap<>();
        Map<Integer, List<InboundCheck>> checks = new HashMap<>();
        check(new Attributes(pod, null, 0), checks);
        Map<Integer, List<Service>> leading = new TreeMap<>();
        leading.put(0, List.of());
        List<String> services = new ArrayList<>();
        for (Service service : registry.services(pod)) {
            boolean member = service.selects(pod.labels());
            for (Service.Port port : service.ports()) {
                int target = registry.targetPort(service, port, pod);
                if (target == 0) {
                    continue;
                }
                member = true;
                if (port.protocol() != Protocol.UDP) {
                    leading.computeIfAbsent(target, number -> new ArrayList<>()).add(service);
                    // the oldest Service names the protocol
                    ports.computeIfAbsent(
                            target,
                            number -> {
                                check(new Attributes(pod, service, number), checks);
                                return port(service, port, number, pod);
                            });
                }
            }
            if (member) {
                services.add(service.fqdn());
            }
        }
        return new PodView(
                pod,
                scopes.of(pod).name(),
                registry.enrolment(pod),
                registry.captured(pod),
                registry.state().networkPolicies().stream().anyMatch(p -> p.selects(pod)),
                modes.of(pod),
                List.copyOf(ports.values()),
                services,
                checks,
                authorizations(pod, leading),
                tokens(pod, leading));
    }

    private Map<Integer, Authorization> authorizations(
            Pod pod, Map<Integer, List<Service>> leading) {
        Map<Integer, Authorization> authorizations = new HashMap<>();
        leading.forEach((port, services) -> {
            Authorization found = authorization.of(pod, services);
            if (!found.equals(Authorization.NONE)) {
                authorizations.put(port, found);
            }
        });
        return authorizations;
    }

    private Map<Integer, Tokens> tokens(Pod pod, Map<Integer, List<Service>> leading) {
        Map<Integer, Tokens> some = new HashMap<>();
        Map<Integer, Origins> asked = origins.of(pod);
        leading.forEach((port, services) -> {
            Tokens found =
                    tokens.of(
                            pod,
                            services,
                            asked.getOrDefault(port, asked.getOrDefault(0, Origins.NONE)));
            if (!found.equals(Tokens.NONE)) {
                some.put(port, found);
            }
        });
        return some;
    }

    private void check(Attributes attributes, Map<Integer, List<InboundCheck>> checks) {
        List<InboundCheck> some = rules.checks(attributes);
        if (!some.isEmpty()) {
            checks.put(attributes.port(), some);
        }
    }

    private PodView.Port port(Service service, Service.Port port, int target, Pod pod) {
        boolean modern = registry.state().mesh().modern();
        String cluster =
                modern
                        ? "inbound|" + target + "||"
                        : "inbound|" + port.port() + "|" + port.name() + "|" + service.fqdn();
        return new PodView.Port(
                target,
                port.protocol(),
                preserved(service, port)
                        ? UpstreamProtocol.DOWNSTREAM
                        : UpstreamProtocol.declared(port.protocol(), modern),
                rules.proxyProtocol(service, pod),
                cluster);
    }

    /**
     * Whether the client's protocol is to reach the application: what the clients' agents preserve
     * must not be lost on the last step. The rule is the one that the Service's own namespace sees,
     * as in Istio.
     */
    private boolean preserved(Service service, Service.Port port) {
        DestinationRule rule = rules.destinationRule(Client.servers(service.namespace()), service);
        if (rule == null) {
            return false;
        }
        HttpPool http = rule.policy().at(port.port(), TrafficPolicy.NONE).http();
        return http != null && http.useClientProtocol();
    }
}
