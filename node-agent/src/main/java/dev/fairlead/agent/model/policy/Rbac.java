package dev.fairlead.agent.model.policy;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rules on who may do what. Source: Envoy, config.rbac.v3.RBAC.
 *
 * <p>Immutable. Cost of a decision: by the policies that can match, which {@link PolicyIndex}
 * finds.
 */
public final class Rbac {

    private final Action action;
    private final List<Policy> policies;
    private final PolicyIndex index;

    /**
     * @param policies in the order of their names, which is Envoy's
     */
    public Rbac(Action action, List<Policy> policies) {
        this.action = action;
        this.policies = List.copyOf(policies);
        this.index = PolicyIndex.of(this.policies);
    }

    public Action action() {
        return action;
    }

    public List<Policy> policies() {
        return policies;
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
    public record Policy(String name, Matcher permissions, Matcher principals) {
        boolean matches(RequestFacts facts) {
            return permissions.matches(facts) && principals.matches(facts);
        }
    }

    /** The name of the first policy that matches; null: none does. */
    public @Nullable String matching(RequestFacts facts) {
        return index.first(facts);
    }

    /** Whether the request may pass. */
    public boolean allows(RequestFacts facts) {
        return action.allows(matching(facts) != null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Rbac rbac
                && action == rbac.action
                && policies.equals(rbac.policies);
    }

    @Override
    public int hashCode() {
        return Objects.hash(action, policies);
    }

    @Override
    public String toString() {
        return "Rbac[" + action + ", " + policies + "]";
    }
}
