package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.AuthorizationPolicy.Action;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PolicyTarget;
import java.util.List;

/** Reads the spec of an AuthorizationPolicy. Source: istio.io "Authorization Policy". */
final class AuthorizationPolicyReader {

    static final String DRY_RUN = "istio.io/dry-run";

    private final Meta meta;
    private final String rootNamespace;
    private final boolean dryRun;

    AuthorizationPolicyReader(Meta meta, String rootNamespace, boolean dryRun) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
        this.dryRun = dryRun;
    }

    AuthorizationPolicy read(Fields spec) {
        PolicyTarget target = PolicyTargets.read(spec, meta, rootNamespace);
        Action given = spec.choice("action", Action.values());
        Action action = given == null ? Action.ALLOW : given;
        if ((action == Action.CUSTOM) != spec.has("provider")) {
            spec.problem("provider", "is needed with CUSTOM, and only then");
        }
        String provider = spec.object("provider", fields -> Checks.needed(fields, "name"));
        List<AccessRule> rules = spec.list("rules", new AccessRuleReader(meta)::read);
        if (spec.size("rules") == 0 && (action == Action.CUSTOM || action == Action.DENY)) {
            spec.problem("rules", "at least one is needed with " + action);
        }
        return new AuthorizationPolicy(
                meta, target, action, provider == null ? "" : provider, dryRun, rules);
    }
}
