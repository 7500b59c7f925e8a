package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What pods accept from their peers, from PeerAuthentication, Policy or MeshPolicy.
 *
 * @param namespace whose pods; empty: every namespace's
 * @param whose which of their connections
 * @param mode of those connections
 * @param ports modes of some ports of the pods, before {@code mode}
 * @param origins what is asked of end users; null: it is a policy that cannot ask
 */
public record PeerPolicy(
        Meta meta,
        String namespace,
        Whose whose,
        Mode mode,
        Map<Integer, Mode> ports,
        @Nullable Origins origins)
        implements ConfigObject {

    /** Of peers alone. */
    public PeerPolicy(
            Meta meta, String namespace, Whose whose, Mode mode, Map<Integer, Mode> ports) {
        this(meta, namespace, whose, mode, ports, null);
    }

    public PeerPolicy {
        ports = Map.copyOf(ports);
    }

    /** UNSET leaves it to the wider policy. */
    public enum Mode {
        UNSET,
        DISABLE,
        PERMISSIVE,
        STRICT
    }

    /** Which connections of a namespace a policy is for. */
    public sealed interface Whose {

        /** All. */
        record Everyone() implements Whose {}

        /** Those to pods with these labels. */
        record Labelled(Map<String, String> labels) implements Whose {
            public Labelled {
                labels = Map.copyOf(labels);
            }
        }

        /** Those that arrive by one of these Services. */
        record Targets(List<Target> targets) implements Whose {
            public Targets {
                targets = List.copyOf(targets);
            }
        }
    }

    /**
     * A Service of the policy's namespace.
     *
     * @param service its short name
     * @param ports of the Service, by number; with {@code names} empty: all
     */
    public record Target(String service, Set<Integer> ports, Set<String> names) {
        public Target {
            ports = Set.copyOf(ports);
            names = Set.copyOf(names);
        }

        /** Whether it is for some ports only. */
        public boolean isNarrow() {
            return !ports.isEmpty() || !names.isEmpty();
        }

        public boolean takes(Service of, Service.Port port) {
            return service.equals(of.meta().name())
                    && (!isNarrow() || ports.contains(port.port()) || names.contains(port.name()));
        }
    }

    /** Whether a pod of its namespace has the labels that it asks for. */
    public boolean selects(Pod pod) {
        return whose instanceof Whose.Labelled(Map<String, String> labels)
                && pod.labels().entrySet().containsAll(labels.entrySet());
    }

    /** How well it knows a port of a Service of its namespace; 0: it is not for it. */
    public int precision(Service service, Service.Port port) {
        int best = 0;
        if (whose instanceof Whose.Targets(List<Target> targets)) {
            for (Target target : targets) {
                if (target.takes(service, port)) {
                    best = Math.max(best, target.isNarrow() ? 2 : 1);
                }
            }
        }
        return best;
    }
}
