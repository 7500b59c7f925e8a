package dev.fairlead.agent.model.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules on who may do what. Source: Envoy, config.rbac.v3.RBAC.
 *
 * @param policies in the order of their names, which is Envoy's
 */
public record Rbac(Action action, List<Policy> policies) {

    public Rbac {
        policies = List.copyOf(policies);
    }

    /** What becomes of requests that a policy matches. */
    public enum Action {
        /** They may pass, others may not. */
        ALLOW,
        /** They may not pass, others may. */
        DENY,
        /** All may pass. */
        LOG;

        /**
         * Whether a request may pass.
         *
         * @param matched by a policy
         */
        public boolean allows(boolean matched) {
            return switch (this) {
                case ALLOW -> matched;
                case DENY -> !matched;
                case LOG -> true;
            };
        }
    }

    /** Who and what, both of which must match. */
    public record Policy(String name, Matcher permissions, Matcher principals) {}

    /** The name of the first policy that matches; null: none does. */
    public @Nullable String matching(RequestFacts facts) {
        for (int i = 0; i < policies.size(); i++) {
            Policy policy = policies.get(i);
            if (policy.permissions.matches(facts) && policy.principals.matches(facts)) {
                return policy.name;
            }
        }
        return null;
    }

    /** Whether the request may pass. */
    public boolean allows(RequestFacts facts) {
        return action.allows(matching(facts) != null);
    }
}
