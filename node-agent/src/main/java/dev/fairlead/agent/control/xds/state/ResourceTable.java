package dev.fairlead.agent.control.xds.state;

import com.google.protobuf.Any;
import dev.fairlead.agent.control.xds.compile.Outcome;
import dev.fairlead.agent.control.xds.compile.References;
import dev.fairlead.agent.control.xds.compile.ResourceCompiler;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All resources of one type by name: the last good version of each, and beside it the version that
 * was refused, if the newest one was. Thread: its owner's.
 */
public final class ResourceTable<T> {

    /** A version in force. */
    public record Good<T>(
            String name,
            String version,
            Any resource,
            T value,
            References references,
            Instant since) {}

    /** A version refused. {@code message}: {@code <path>: <reason>}. */
    public record Bad(String name, String version, Any resource, String message, Instant since) {}

    private final ResourceType type;
    private final ResourceCompiler<?, T> compiler;
    private final Map<String, Good<T>> good = new LinkedHashMap<>();
    private final Map<String, Bad> bad = new LinkedHashMap<>();
    private final Set<String> absent = new HashSet<>();
    private long changes;
    private long accepted;
    private long rejected;

    ResourceTable(ResourceType type, ResourceCompiler<?, T> compiler) {
        this.type = type;
        this.compiler = compiler;
    }

    /**
     * Takes a version of a resource. One that is in force already is not compiled again, nor one
     * that was refused.
     *
     * @return the refusal, or null where this version is now in force
     */
    public @Nullable Bad put(String name, String version, Any resource, Instant now) {
        absent.remove(name);
        Good<T> current = good.get(name);
        if (current != null && current.version.equals(version)) {
            bad.remove(name);
            return null;
        }
        Bad refused = bad.get(name);
        if (refused != null && refused.version.equals(version)) {
            return refused;
        }
        return switch (compiler.compile(name, resource)) {
            case Outcome.Compiled<T>(T value, References references) -> {
                // An equal value keeps its identity: readers rebuild nothing for a new spelling.
                T kept = current != null && current.value.equals(value) ? current.value : value;
                good.put(name, new Good<>(name, version, resource, kept, references, now));
                bad.remove(name);
                accepted++;
                changes++;
                yield null;
            }
            case Outcome.Refused<T> why -> refuse(name, version, resource, why.message(), now);
        };
    }

    /** Takes note of a version that is not even to be looked at. */
    Bad refuse(String name, String version, Any resource, String message, Instant now) {
        Bad refused = new Bad(name, version, resource, message, now);
        bad.put(name, refused);
        rejected++;
        return refused;
    }

    /** The resource is gone. */
    public void remove(String name) {
        bad.remove(name);
        if (good.remove(name) != null) {
            changes++;
        }
    }

    /** The server says that it has no such resource; what is in force stays. */
    public void noteAbsent(String name) {
        if (!good.containsKey(name) && absent.add(name)) {
            changes++;
        }
    }

    /** Forgets all resources but those that {@code names} has. */
    public void retain(Set<String> names) {
        boolean changed = good.keySet().retainAll(names);
        changed |= absent.retainAll(names);
        bad.keySet().retainAll(names);
        if (changed) {
            changes++;
        }
    }

    public ResourceType type() {
        return type;
    }

    public @Nullable Good<T> get(String name) {
        return good.get(name);
    }

    public Collection<Good<T>> all() {
        return Collections.unmodifiableCollection(good.values());
    }

    public Collection<Bad> refused() {
        return Collections.unmodifiableCollection(bad.values());
    }

    /** Whether the server has answered for {@code name}, be it that there is none. */
    boolean isAnswered(String name) {
        return good.containsKey(name) || absent.contains(name);
    }

    /** Whether nothing usable is to be expected: refused without a good version, or absent. */
    boolean isHopeless(String name) {
        return !good.containsKey(name) && (bad.containsKey(name) || absent.contains(name));
    }

    /** Counts up with every change of what is in force. */
    public long changes() {
        return changes;
    }

    /** Versions taken so far. */
    public long accepted() {
        return accepted;
    }

    /** Versions refused so far. */
    public long rejected() {
        return rejected;
    }
}
