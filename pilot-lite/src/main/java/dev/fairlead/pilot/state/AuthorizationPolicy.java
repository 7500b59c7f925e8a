package dev.fairlead.pilot.state;

import java.util.List;

/**
 * Who may do what to some pods.
 *
 * @param provider of CUSTOM: who is asked, by the name that the mesh's settings give it; else empty
 * @param dryRun whether it is only noted what it would do
 * @param rules at least one
 */
public record AuthorizationPolicy(
        Meta meta,
        PolicyTarget target,
        Action action,
        String provider,
        boolean dryRun,
        List<AccessRule> rules)
        implements ConfigObject {

    public AuthorizationPolicy {
        rules = rules.isEmpty() ? List.of(AccessRule.NEVER) : List.copyOf(rules);
    }

    /** What becomes of what fits. */
    public enum Action {
        ALLOW,
        DENY,
        /** It is noted. */
        AUDIT,
        /** Somebody else is asked. */
        CUSTOM
    }

    /** Name of one of its rules, as Istio's. */
    public String nameOf(int rule) {
        return "ns[" + meta.namespace() + "]-policy[" + meta.name() + "]-rule[" + rule + "]";
    }
}
