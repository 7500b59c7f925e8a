package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.MeshSettings.Egress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of the mesh some pods call: of a namespace, of all (in the root namespace), or those with
 * some labels.
 *
 * @param selector labels of its pods; empty: all of the namespace that no other one selects
 * @param imports the hosts that they call
 * @param egress what becomes of everything else; null: as in the mesh
 */
public record Sidecar(
        Meta meta, Map<String, String> selector, List<Import> imports, @Nullable Egress egress)
        implements ConfigObject {

    public Sidecar {
        selector = Map.copyOf(selector);
        imports = List.copyOf(imports);
    }

    /**
     * Hosts of some namespaces.
     *
     * @param namespace a name, {@code *} for any, {@code .} for the client's, {@code ~} for none
     * @param host a name, {@code *} or {@code *.suffix}
     */
    public record Import(String namespace, String host) {

        public static final Import EVERYTHING = new Import("*", "*");

        /** Whether it takes a host of {@code ofNamespace} for clients of another. */
        public boolean takes(String name, String ofNamespace, String clientNamespace) {
            boolean here =
                    switch (namespace) {
                        case "*" -> true;
                        case "~" -> false;
                        case "." -> ofNamespace.equals(clientNamespace);
                        default -> ofNamespace.equals(namespace);
                    };
            return here && (Hosts.matches(host, name) || Hosts.matches(name, host));
        }
    }

    /** Whether some import takes a host. */
    public boolean imports(String name, String ofNamespace, String clientNamespace) {
        return imports.stream().anyMatch(i -> i.takes(name, ofNamespace, clientNamespace));
    }

    public boolean selects(Pod pod) {
        return !selector.isEmpty()
                && pod.namespace().equals(meta.namespace())
                && pod.labels().entrySet().containsAll(selector.entrySet());
    }
}
