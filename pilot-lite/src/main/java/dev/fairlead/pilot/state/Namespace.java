package dev.fairlead.pilot.state;

import dev.fairlead.wire.enrolment.NamespaceWord;
import java.util.Map;

/**
 * A namespace.
 *
 * @param word what it says of its pods' being in the mesh
 */
public record Namespace(String name, Map<String, String> labels, NamespaceWord word) {
    public Namespace {
        labels = Map.copyOf(labels);
    }
}
