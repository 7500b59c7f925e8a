package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.Tokens.Issuer;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import dev.fairlead.pilot.state.Origins;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers whose tokens a pod takes. What comes out alike for many pods is one object.
 *
 * <p>Owner: one compilation.
 */
final class TokensCompiler {

    private static final Comparator<Issuer> BY_ISSUER =
            Comparator.comparing(issuer -> issuer.rule().issuer());

    private final ClusterState state;
    private final Map<String, List<RequestAuthentication>> byNamespace = new HashMap<>();
    private final Map<Asked, Tokens> made = new HashMap<>();

    /** What is alike for many pods. */
    private record Asked(List<RequestAuthentication> policies, Origins origins) {}

    TokensCompiler(ClusterState state) {
        this.state = state;
        for (RequestAuthentication policy : state.requestAuthentications()) {
            byNamespace
                    .computeIfAbsent(policy.target().namespace(), n -> new ArrayList<>())
                    .add(policy);
        }
    }

    /**
     * What holds for a port.
     *
     * @param services those that lead to it; none: the port is no Service's
     * @param origins what an old policy asks for there
     */
    Tokens of(Pod pod, List<Service> services, Origins origins) {
        if (byNamespace.isEmpty() && origins.origins().isEmpty()) {
            return Tokens.NONE;
        }
        List<RequestAuthentication> some = new ArrayList<>();
        for (String namespace : new String[] {"", pod.namespace()}) {
            for (RequestAuthentication policy : byNamespace.getOrDefault(namespace, List.of())) {
                if (policy.target().selects(pod)
                        || services.stream().anyMatch(policy.target()::names)) {
                    some.add(policy);
                }
            }
        }
        return some.isEmpty() && origins.origins().isEmpty()
                ? Tokens.NONE
                : made.computeIfAbsent(new Asked(some, origins), this::compile);
    }

    /** By issuer, as Istio: Envoy asks in this order, and no other order would be stable. */
    private Tokens compile(Asked asked) {
        List<Issuer> issuers = new ArrayList<>();
        for (RequestAuthentication policy : asked.policies) {
            policy.rules().forEach(rule -> issuers.add(issuer(rule)));
        }
        issuers.sort(BY_ISSUER);
        List<Issuer> ofOrigins =
                asked.origins.origins().stream().map(origin -> issuer(origin.rule())).toList();
        return new Tokens(
                issuers,
                ofOrigins.isEmpty() ? null : new Tokens.Origin(asked.origins, ofOrigins));
    }

    private Issuer issuer(JwtRule rule) {
        return new Issuer(
                rule,
                switch (rule.keys()) {
                    case Keys.Inline(String keySet) -> keySet;
                    case Keys.Remote remote ->
                            state.keySets().getOrDefault(remote, KeySet.NONE).text();
                });
    }
}
