package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Same;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resources of one type by name, put together of parts; later parts win. */
record Merged(List<Map<String, VersionedResource>> parts, Map<String, VersionedResource> all) {

    /** The same map as {@code before} where it was made of the same parts. */
    static Merged of(List<Map<String, VersionedResource>> parts, @Nullable Merged before) {
        if (before != null && Same.objects(before.parts, parts)) {
            return before;
        }
        if (parts.size() == 1) {
            return new Merged(parts, parts.getFirst());
        }
        Map<String, VersionedResource> all = new LinkedHashMap<>();
        parts.forEach(all::putAll);
        return new Merged(parts, all);
    }
}
