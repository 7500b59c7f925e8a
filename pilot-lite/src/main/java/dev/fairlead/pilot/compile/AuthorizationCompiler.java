package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.Authorization.Custom;
import dev.fairlead.pilot.compile.Authorization.Named;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.AuthorizationPolicy.Action;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.PolicyTarget;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the AuthorizationPolicies that hold for a pod. What comes out alike for many pods is one
 * object.
 *
 * <p>Owner: one compilation.
 */
final class AuthorizationCompiler {

    private static final Action[] ACTIONS = Action.values();

    private final Registry registry;
    private final RoleCompiler roles;
    private final Map<String, List<Numbered>> byNamespace = new HashMap<>();
    private final Map<List<Integer>, Authorization> made = new HashMap<>();

    /** A policy and its rules; the number stands for it, for it is quickly compared. */
    private record Numbered(int number, AuthorizationPolicy policy, List<Named> rules) {}

    AuthorizationCompiler(Registry registry) {
        this.registry = registry;
        this.roles = new RoleCompiler(registry.state());
        ClusterState state = registry.state();
        int policies = 0;
        for (AuthorizationPolicy policy : state.authorizationPolicies()) {
            byNamespace
                    .computeIfAbsent(policy.target().namespace(), n -> new ArrayList<>())
                    .add(new Numbered(policies++, policy, named(policy)));
        }
    }

    /**
     * What holds for a port.
     *
     * @param services those that lead to it; none: the port is no Service's
     */
    Authorization of(Pod pod, List<Service> services) {
        return policies(pod, services).with(roles.of(pod, services));
    }

    private Authorization policies(Pod pod, List<Service> services) {
        if (byNamespace.isEmpty()) {
            return Authorization.NONE;
        }
        List<Numbered> some = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (String namespace : new String[] {"", pod.namespace()}) {
            for (Numbered one : byNamespace.getOrDefault(namespace, List.of())) {
                PolicyTarget target = one.policy.target();
                if (target.selects(pod) || services.stream().anyMatch(target::names)) {
                    some.add(one);
                    numbers.add(one.number);
                }
            }
        }
        return some.isEmpty()
                ? Authorization.NONE
                : made.computeIfAbsent(numbers, n -> compile(some));
    }

    private Authorization compile(List<Numbered> policies) {
        Authorization.Rules[] rules = new Authorization.Rules[ACTIONS.length];
        Map<String, List<Named>> custom = new TreeMap<>();
        for (Action action : ACTIONS) {
            List<Named> inForce = new ArrayList<>();
            List<Named> tried = new ArrayList<>();
            for (Numbered one : policies) {
                AuthorizationPolicy policy = one.policy;
                if (policy.action() != action) {
                    continue;
                }
                if (action == Action.CUSTOM) {
                    custom.computeIfAbsent(policy.provider(), p -> new ArrayList<>())
                            .addAll(one.rules);
                } else {
                    (policy.dryRun() ? tried : inForce).addAll(one.rules);
                }
            }
            rules[action.ordinal()] = new Authorization.Rules(inForce, tried);
        }
        List<Custom> asked = new ArrayList<>();
        custom.forEach((name, all) -> asked.add(new Custom(name, provider(name), all)));
        return new Authorization(
                asked,
                rules[Action.DENY.ordinal()],
                rules[Action.ALLOW.ordinal()],
                Authorization.Rules.NONE,
                rules[Action.AUDIT.ordinal()]);
    }

    private static List<Named> named(AuthorizationPolicy policy) {
        List<Named> named = new ArrayList<>();
        for (int i = 0; i < policy.rules().size(); i++) {
            named.add(new Named(policy.nameOf(i), policy.rules().get(i)));
        }
        return named;
    }

    /** The provider of that name, if its Service has the port. */
    private @Nullable ExtensionProvider provider(String name) {
        ExtensionProvider provider = registry.state().mesh().security().providers().get(name);
        if (provider == null) {
            return null;
        }
        Service service = registry.service(provider.host());
        return service == null || service.port(provider.port()) == null ? null : provider;
    }
}
