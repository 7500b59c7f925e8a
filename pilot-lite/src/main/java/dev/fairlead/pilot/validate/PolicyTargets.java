package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PolicyTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads for which pods a policy is: by selector, or by the Services in front of them. */
final class PolicyTargets {

    private static final Set<String> CORE = Set.of("", "core");

    private PolicyTargets() {}

    /** A policy of the root namespace that names no Service is for all namespaces. */
    static PolicyTarget read(Fields spec, Meta meta, String rootNamespace) {
        Checks.targets(spec);
        Map<String, String> selector =
                spec.object("selector", fields -> fields.strings("matchLabels"));
        List<String> services = new ArrayList<>(spec.list("targetRefs", PolicyTargets::service));
        String one = spec.object("targetRef", PolicyTargets::service);
        if (one != null) {
            services.add(one);
        }
        boolean wide = meta.namespace().equals(rootNamespace) && services.isEmpty();
        return new PolicyTarget(
                wide ? "" : meta.namespace(), selector == null ? Map.of() : selector, services);
    }

    /** Other kinds are gateways, or things that gateways alone know. */
    private static @Nullable String service(Fields target) {
        String kind = target.string("kind");
        if (!kind.isEmpty() && !(kind.equals("Service") && CORE.contains(target.string("group")))) {
            target.problem("kind", kind + ": " + Problem.NOT_SUPPORTED);
        }
        return target.string("name");
    }
}
