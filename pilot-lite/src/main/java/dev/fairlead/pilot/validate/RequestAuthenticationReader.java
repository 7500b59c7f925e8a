package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PolicyTarget;
import dev.fairlead.pilot.state.RequestAuthentication;
import java.util.List;

/** Reads the spec of a RequestAuthentication. Source: istio.io "RequestAuthentication". */
final class RequestAuthenticationReader {

    private static final int MAX_RULES = 4096; // Istio's

    private final Meta meta;
    private final String rootNamespace;

    RequestAuthenticationReader(Meta meta, String rootNamespace) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
    }

    RequestAuthentication read(Fields spec) {
        PolicyTarget target = PolicyTargets.read(spec, meta, rootNamespace);
        List<JwtRule> rules = spec.list("jwtRules", JwtRuleReader::read);
        if (rules.size() > MAX_RULES) {
            spec.problem("jwtRules", "more than " + MAX_RULES);
        }
        return new RequestAuthentication(meta, target, rules);
    }
}
