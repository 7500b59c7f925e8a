package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.AccessRule.Part;
import java.util.List;
import java.util.Map;

/** An object of {@code rbac.istio.io}: who may do what, as Istio 1.0 to 1.2 had it. */
public sealed interface RbacObject extends ConfigObject {

    /** The only name that counts of an RbacConfig and a ClusterRbacConfig. */
    String DEFAULT = "default";

    /**
     * For which Services it holds at all.
     *
     * @param cluster whether it is a ClusterRbacConfig, before which no RbacConfig counts
     * @param target of ON_WITH_INCLUSION and ON_WITH_EXCLUSION
     * @param permissive whether it is only noted what would be refused
     */
    record Config(Meta meta, boolean cluster, Mode mode, Target target, boolean permissive)
            implements RbacObject {

        /** Whether it holds for a Service of a namespace; {@code ""}: for what is no Service's. */
        public boolean holdsFor(String service, String namespace) {
            return switch (mode) {
                case OFF -> false;
                case ON -> true;
                case ON_WITH_INCLUSION -> target.has(service, namespace);
                case ON_WITH_EXCLUSION -> !target.has(service, namespace);
            };
        }
    }

    /** When an RbacConfig holds. */
    enum Mode {
        OFF,
        ON,
        ON_WITH_INCLUSION,
        ON_WITH_EXCLUSION
    }

    /** Services by their full names, and whole namespaces. */
    record Target(List<String> services, List<String> namespaces) {

        public static final Target NONE = new Target(List.of(), List.of());

        public Target {
            services = List.copyOf(services);
            namespaces = List.copyOf(namespaces);
        }

        boolean has(String service, String namespace) {
            return namespaces.contains(namespace) || services.contains(service);
        }
    }

    /** What one may who has it: one of these. */
    record Role(Meta meta, List<Permit> permits) implements RbacObject {
        public Role {
            permits = List.copyOf(permits);
        }
    }

    /**
     * @param services patterns of Services' full names, one of which must fit; empty: all
     * @param workload what the called pod must be: patterns by {@code labels[…]}, {@code name},
     *     {@code namespace} and {@code user}
     * @param part what must be asked for
     */
    record Permit(List<String> services, Map<String, List<String>> workload, Part part) {
        public Permit {
            services = List.copyOf(services);
            workload = Map.copyOf(workload);
        }
    }

    /**
     * Who has a role.
     *
     * @param role its name; empty: {@code permits} stand in its place
     * @param root whether the role is the root namespace's
     * @param permits of an inline role
     * @param subjects one of these; empty: nobody
     * @param permissive whether it is only noted whom it would let in
     */
    record Binding(
            Meta meta,
            String role,
            boolean root,
            List<Permit> permits,
            List<Part> subjects,
            boolean permissive)
            implements RbacObject {
        public Binding {
            permits = List.copyOf(permits);
            subjects = List.copyOf(subjects);
        }
    }
}
