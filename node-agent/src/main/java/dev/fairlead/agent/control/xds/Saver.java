package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.LastGood;
import dev.fairlead.agent.control.xds.state.ResourceTable;
import dev.fairlead.agent.control.xds.state.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When accepted resources go to disk: some time after a change, so that a burst is written once.
 * Thread: the owner's; the writing itself is {@link LastGood}'s.
 */
final class Saver {

    private final LastGood lastGood;
    private final Duration delay;
    private final Map<ResourceType, Long> saved = new EnumMap<>(ResourceType.class);
    private @Nullable Instant next;

    Saver(LastGood lastGood, Duration delay) {
        this.lastGood = lastGood;
        this.delay = delay;
    }

    /** Fills empty tables with what is on disk. */
    void load(Resources resources, Instant now) {
        lastGood.load(resources, now);
        for (ResourceType type : ResourceType.values()) {
            saved.put(type, resources.of(type).changes());
        }
    }

    /** Saves where that is due, or notes when it will be. */
    void advance(Resources resources, Instant now) {
        if (next == null && unsaved(resources)) {
            next = now.plus(delay);
        }
        if (next != null && !now.isBefore(next)) {
            save(resources);
        }
    }

    /** Hands every type that has changed to the writer. */
    void save(Resources resources) {
        next = null;
        for (ResourceType type : ResourceType.values()) {
            ResourceTable<?> table = resources.of(type);
            if (isUnsaved(table)) {
                saved.put(type, table.changes());
                lastGood.save(table);
            }
        }
    }

    /** When {@link #advance} has something to do; null: nothing is unsaved. */
    @Nullable Instant next() {
        return next;
    }

    private boolean unsaved(Resources resources) {
        for (ResourceType type : ResourceType.values()) {
            if (isUnsaved(resources.of(type))) {
                return true;
            }
        }
        return false;
    }

    private boolean isUnsaved(ResourceTable<?> table) {
        return saved.getOrDefault(table.type(), 0L) != table.changes();
    }
}
