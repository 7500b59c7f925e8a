package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.Authorization.Named;
import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RbacObject.Binding;
import dev.fairlead.pilot.state.RbacObject.Config;
import dev.fairlead.pilot.state.RbacObject.Permit;
import dev.fairlead.pilot.state.RbacObject.Role;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what roles of {@code rbac.istio.io} let in to a pod. What of a role asks of HTTP is a
 * rule of its own, so that connections have the rest.
 *
 * <p>Owner: one compilation. Source: Istio 1.2, pilot/pkg/networking/plugin/authz.
 */
final class RoleCompiler {

    private static final List<Named> NOBODY =
            List.of(new Named("nobody-has-a-role", AccessRule.NEVER));

    private final @Nullable Config config;
    private final String rootNamespace;
    private final Map<String, List<Binding>> bindings = new HashMap<>();
    private final Map<String, List<Permit>> roles = new HashMap<>();

    RoleCompiler(ClusterState state) {
        rootNamespace = state.mesh().rootNamespace();
        config = config(state.rbac());
        for (RbacObject object : state.rbac()) {
            switch (object) {
                case Config _ -> {}
                case Role role ->
                        roles.put(key(role.meta().namespace(), role.meta().name()), role.permits());
                case Binding binding ->
                        bindings.computeIfAbsent(binding.meta().namespace(), n -> new ArrayList<>())
                                .add(binding);
            }
        }
    }

    /** The oldest ClusterRbacConfig, else the oldest RbacConfig, else null. */
    static @Nullable Config config(List<RbacObject> objects) {
        Config found = null;
        for (RbacObject object : objects) {
            if (object instanceof Config one
                    && (found == null || one.cluster() && !found.cluster())) {
                found = one;
            }
        }
        return found;
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    /**
     * What holds for a port.
     *
     * @param services those that lead to it; none: the port is no Service's
     */
    Authorization.Rules of(Pod pod, List<Service> services) {
        if (config == null || !holds(pod, services)) {
            return Authorization.Rules.NONE;
        }
        List<Named> inForce = new ArrayList<>();
        List<Named> tried = new ArrayList<>();
        for (Binding binding : bindings.getOrDefault(pod.namespace(), List.of())) {
            boolean trial = config.permissive() || binding.permissive();
            add(trial ? tried : inForce, binding, pod, services);
        }
        if (config.permissive()) {
            return new Authorization.Rules(List.of(), tried.isEmpty() ? NOBODY : tried);
        }
        return new Authorization.Rules(inForce.isEmpty() ? NOBODY : inForce, tried);
    }

    private boolean holds(Pod pod, List<Service> services) {
        if (config == null) {
            return false;
        }
        if (services.isEmpty()) {
            return config.holdsFor("", pod.namespace());
        }
        return services.stream().anyMatch(s -> config.holdsFor(s.fqdn(), pod.namespace()));
    }

    private void add(List<Named> to, Binding binding, Pod pod, List<Service> services) {
        List<Permit> permits =
                binding.role().isEmpty()
                        ? binding.permits()
                        : roles.getOrDefault(
                                key(
                                        binding.root() ? rootNamespace : pod.namespace(),
                                        binding.role()),
                                List.of());
        List<Part> parts = new ArrayList<>();
        for (Permit permit : permits) {
            if (isFor(permit, pod, services)) {
                parts.add(permit.part());
            }
        }
        if (parts.isEmpty() || binding.subjects().isEmpty()) {
            return;
        }
        String name =
                "ns["
                        + binding.meta().namespace()
                        + "]-binding["
                        + binding.meta().name()
                        + "]-role["
                        + binding.role()
                        + "]";
        List<Part> plainSubjects = plain(binding.subjects());
        List<Part> plainParts = plain(parts);
        boolean plain =
                plainSubjects.size() == binding.subjects().size()
                        && plainParts.size() == parts.size();
        if (!plain) {
            to.add(new Named(name, new AccessRule(binding.subjects(), parts)));
        }
        if (!plainSubjects.isEmpty() && !plainParts.isEmpty()) {
            to.add(
                    new Named(
                            plain ? name : name + "-tcp",
                            new AccessRule(plainSubjects, plainParts)));
        }
    }

    /** Those that ask nothing of HTTP. */
    private static List<Part> plain(List<Part> parts) {
        List<Part> plain = new ArrayList<>();
        for (Part part : parts) {
            boolean http = false;
            for (Test test : part.tests()) {
                http |= test.attribute().kind().isHttp();
            }
            if (!http) {
                plain.add(part);
            }
        }
        return plain;
    }

    private static boolean isFor(Permit permit, Pod pod, List<Service> services) {
        if (!permit.services().isEmpty() && !names(permit.services(), services, true)) {
            return false;
        }
        for (Map.Entry<String, List<String>> wanted : permit.workload().entrySet()) {
            String key = wanted.getKey();
            List<String> patterns = wanted.getValue();
            boolean fits =
                    switch (key) {
                        case "name" -> names(patterns, services, false);
                        case "namespace" -> takes(patterns, pod.namespace());
                        case "user" -> takes(patterns, pod.serviceAccount());
                        default -> {
                            String label =
                                    pod.labels()
                                            .get(
                                                    key.substring(
                                                            key.indexOf('[') + 1,
                                                            key.length() - 1));
                            yield label != null && takes(patterns, label);
                        }
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Whether a pattern takes the name of one of the Services, or of none where there is none. */
    private static boolean names(List<String> patterns, List<Service> services, boolean full) {
        if (services.isEmpty()) {
            return patterns.contains("*");
        }
        return services.stream().anyMatch(s -> takes(patterns, full ? s.fqdn() : s.name()));
    }

    private static boolean takes(List<String> patterns, String text) {
        for (String pattern : patterns) {
            if (pattern.equals(text)
                    || pattern.endsWith("*")
                            && text.startsWith(pattern.substring(0, pattern.length() - 1))
                    || pattern.startsWith("*") && text.endsWith(pattern.substring(1))) {
                return true;
            }
        }
        return false;
    }
}
