package dev.fairlead.pilot.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.watch.Collection;
import dev.fairlead.kubernetes.watch.Decoder;
import dev.fairlead.kubernetes.watch.Follower;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.kubernetes.watch.Reflector;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kinds of configuration that are installed, and their objects. Definitions come and go at any
 * time; a kind that is not there is an empty one.
 *
 * <p>Thread: any; guarded by this.
 */
final class ConfigKinds implements Follower, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConfigKinds.class);

    private static final Collection DEFINITIONS =
            Collection.of(
                    "apiextensions.k8s.io",
                    "v1",
                    "customresourcedefinitions",
                    "CustomResourceDefinition");

    private final Function<Collection, Reflector<JsonNode>> open;
    private final Follower follower;
    private final InstalledKinds installed;
    private final Reflector<Collection> definitions;
    private final Map<ObjectKey, Reflector<JsonNode>> kinds = new HashMap<>();
    private long goneRevision;

    /** Opens a reflector with a decoder and a follower of its own. */
    @FunctionalInterface
    interface Opening {
        Reflector<Collection> open(
                Collection collection, Decoder<Collection> decoder, Follower follower);
    }

    ConfigKinds(
            Function<Collection, Reflector<JsonNode>> open,
            Opening definitions,
            Follower follower,
            InstalledKinds installed) {
        this.installed = installed;
        this.open = open;
        this.follower = follower;
        this.definitions = definitions.open(DEFINITIONS, ConfigKinds::definition, this);
    }

    void start() {
        definitions.start();
    }

    /** The collection that a definition establishes, or null for one that is not ours. */
    private static @Nullable Collection definition(
            ObjectKey key, ObjectNode object, @Nullable Collection before) {
        JsonNode spec = object.path("spec");
        String group = spec.path("group").asText();
        String kind = spec.path("names").path("kind").asText();
        if (!ConfigReader.watches(group, kind)) {
            return null;
        }
        String version = "";
        for (JsonNode served : spec.path("versions")) {
            boolean stored = served.path("storage").asBoolean(false);
            if (served.path("served").asBoolean(false) && (stored || version.isEmpty())) {
                version = served.path("name").asText(); // what is stored needs no conversion
            }
        }
        return version.isEmpty()
                ? null
                : Collection.of(group, version, spec.path("names").path("plural").asText(), kind);
    }

    /** Definitions changed: follows what is new, lets go what is gone. */
    @Override
    public void changed(Collection collection) {
        synchronized (this) {
            Map<ObjectKey, Collection> present = definitions.kept().all();
            kinds.entrySet()
                    .removeIf(entry -> {
                        Reflector<JsonNode> reflector = entry.getValue();
                        if (reflector.collection().equals(present.get(entry.getKey()))) {
                            return false;
                        }
                        log.info("kind gone collection={}", reflector.collection().display());
                        goneRevision = Math.max(goneRevision, reflector.kept().revision());
                        reflector.close();
                        installed.remove(reflector.collection());
                        return true;
                    });
            present.forEach((key, kind) -> {
                if (!kinds.containsKey(key)) {
                    log.info("kind found collection={} version={}", kind.display(), kind.version());
                    Reflector<JsonNode> reflector = open.apply(kind);
                    kinds.put(key, reflector);
                    installed.add(kind);
                    reflector.start();
                }
            });
        }
        follower.changed(collection);
    }

    @Override
    public void unchanged(Collection collection) {
        follower.unchanged(collection);
    }

    @Override
    public void watchFailed(Collection collection, String reason) {
        follower.watchFailed(collection, reason);
    }

    @Override
    public void listed(Collection collection, int objects) {
        follower.listed(collection, objects);
    }

    /** Whether the kinds are known and each of them has been read. */
    synchronized boolean synced() {
        return definitions.kept().synced()
                && kinds.keySet().containsAll(definitions.kept().all().keySet())
                && kinds.values().stream().allMatch(kind -> kind.kept().synced());
    }

    synchronized Map<ObjectKey, JsonNode> objects() {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        kinds.values().forEach(kind -> objects.putAll(kind.kept().all()));
        return objects;
    }

    /** The highest version of an object of these kinds that was read. */
    synchronized long revision() {
        long revision = goneRevision;
        for (Reflector<JsonNode> kind : kinds.values()) {
            revision = Math.max(revision, kind.kept().revision());
        }
        return revision;
    }

    @Override
    public synchronized void close() {
        definitions.close();
        kinds.values().forEach(Reflector::close);
    }
}
