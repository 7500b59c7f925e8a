package dev.fairlead.pilot.compile;

import dev.fairlead.wire.directory.ObjectKey;
import java.util.Set;

/**
 * An object that agents before a profile cannot put in force.
 *
 * @param profile the first that can
 * @param nodes where it concerns pods
 */
public record Requirement(ObjectKey object, int profile, Set<String> nodes) {
    public Requirement {
        nodes = Set.copyOf(nodes);
    }
}
