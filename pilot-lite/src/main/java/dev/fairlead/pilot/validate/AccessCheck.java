package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AuthorizationPolicy;
import dev.fairlead.pilot.state.AuthorizationPolicy.Action;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RbacObject.Binding;
import dev.fairlead.pilot.state.RbacObject.Config;
import dev.fairlead.pilot.state.RbacObject.Role;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Looks for what AuthorizationPolicies and roles name, and for what they do unasked. */
final class AccessCheck {

    private final ClusterState state;
    private final RouteCheck.Warnings warnings;

    AccessCheck(ClusterState state, RouteCheck.Warnings warnings) {
        this.state = state;
        this.warnings = warnings;
    }

    void policies() {
        for (AuthorizationPolicy policy : state.authorizationPolicies()) {
            ObjectKey key = policy.meta().key();
            for (String name : policy.target().services()) {
                if (state.services().stream().noneMatch(s -> isOf(s, name, key.namespace()))) {
                    warnings.warn(
                            key, "spec.targetRefs", "no Service of this namespace is " + name);
                }
            }
            if (policy.action() == Action.CUSTOM) {
                provider(policy);
            } else if (policy.action() == Action.DENY && !policy.dryRun()) {
                connections(policy);
            }
        }
    }

    private static boolean isOf(Service service, String name, String namespace) {
        return service.name().equals(name) && service.namespace().equals(namespace);
    }

    private void provider(AuthorizationPolicy policy) {
        ExtensionProvider provider = state.mesh().security().providers().get(policy.provider());
        String reason = "";
        if (provider == null) {
            reason = "the mesh has no provider " + policy.provider();
        } else if (state.services().stream().noneMatch(s -> answers(s, provider))) {
            reason = "nothing is " + provider.host() + ":" + provider.port();
        }
        if (!reason.isEmpty()) {
            warnings.warn(
                    policy.meta().key(),
                    "spec.provider.name",
                    reason + ": what fits a rule is refused");
        }
    }

    private static boolean answers(Service service, ExtensionProvider provider) {
        return service.fqdn().equals(provider.host()) && service.port(provider.port()) != null;
    }

    /** Of connections only what is not HTTP is compared: a rule may fit them all. */
    private void connections(AuthorizationPolicy policy) {
        for (int i = 0; i < policy.rules().size(); i++) {
            AccessRule rule = policy.rules().get(i);
            if (asks(rule) && fitsAll(rule.from()) && fitsAll(rule.to())) {
                String port = opaquePort(policy);
                if (!port.isEmpty()) {
                    warnings.warn(
                            policy.meta().key(),
                            "spec.rules[" + i + "]",
                            "refuses every connection to "
                                    + port
                                    + ", which is not HTTP: name the ports that are meant");
                }
            }
        }
    }

    private static boolean asks(AccessRule rule) {
        return rule.from().stream().anyMatch(part -> !part.tests().isEmpty())
                || rule.to().stream().anyMatch(part -> !part.tests().isEmpty());
    }

    /** Whether one of them asks of requests alone. */
    private static boolean fitsAll(List<Part> parts) {
        return parts.stream()
                .anyMatch(part ->
                        part.tests().stream().allMatch(test -> test.attribute().kind().isHttp()));
    }

    /** A port that it is for and that is declared to be something else, or "". */
    private String opaquePort(AuthorizationPolicy policy) {
        for (Service service : state.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol() != Protocol.UDP
                        && port.protocol() != Protocol.UNDECLARED
                        && !port.protocol().isHttp()
                        && isFor(policy, service)) {
                    return service.fqdn() + ":" + port.port();
                }
            }
        }
        return "";
    }

    private boolean isFor(AuthorizationPolicy policy, Service service) {
        if (policy.target().names(service)) {
            return true;
        }
        for (Pod pod : state.pods().values()) {
            if (pod.namespace().equals(service.namespace())
                    && service.selects(pod.labels())
                    && policy.target().selects(pod)) {
                return true;
            }
        }
        return false;
    }

    /** Of several RbacConfigs one counts; a binding needs its role. */
    void roles() {
        Set<String> roles = new HashSet<>();
        for (RbacObject object : state.rbac()) {
            if (object instanceof Role role) {
                roles.add(role.meta().namespace() + "/" + role.meta().name());
            }
        }
        Config first = null;
        for (RbacObject object : state.rbac()) {
            ObjectKey key = object.meta().key();
            switch (object) {
                case Role _ -> {}
                case Config config -> {
                    if (first != null && first.cluster() == config.cluster()) {
                        warnings.warn(
                                key,
                                "metadata.name",
                                "not in force: the older "
                                        + first.meta().key().display()
                                        + " has it");
                    } else if (first == null || config.cluster()) {
                        first = config;
                    }
                }
                case Binding binding -> {
                    String namespace =
                            binding.root() ? state.mesh().rootNamespace() : key.namespace();
                    if (!binding.role().isEmpty()
                            && !roles.contains(namespace + "/" + binding.role())) {
                        warnings.warn(key, "spec.roleRef", "no ServiceRole is " + binding.role());
                    }
                }
            }
        }
    }
}
