package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.workloads.ServiceAddresses;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The objects as users applied them, with what an API server adds: uid, times, generation, resource
 * version, Service addresses. Owner: the engine's thread.
 */
final class AppliedStore {

    private static final Set<String> OURS =
            Set.of("uid", "creationTimestamp", "generation", "resourceVersion", "managedFields");

    private final ObjectDirectory directory;
    private final ServiceAddresses addresses = new ServiceAddresses();
    private final Clock clock;
    private final Map<ObjectKey, JsonNode> objects = new TreeMap<>();

    /** What became of one object. */
    record Change(ObjectKey key, Verb verb, String reason) {}

    /** As users read it. */
    enum Verb {
        CREATED,
        CONFIGURED,
        UNCHANGED,
        DELETED,
        NOT_FOUND,
        REFUSED
    }

    /** A batch: what became of each object, and the revision that has it. */
    record Batch(List<Change> changes, long revision) {}

    AppliedStore(ObjectDirectory directory, Clock clock) throws IOException {
        this.directory = directory;
        this.clock = clock;
        objects.putAll(directory.read());
    }

    Applied applied() {
        return new Applied(objects);
    }

    Batch apply(List<ObjectNode> given) throws IOException {
        long next = directory.revision() + 1;
        List<Change> changes = new ArrayList<>();
        for (ObjectNode object : given) {
            changes.add(put(object.deepCopy(), next));
        }
        return commit(changes);
    }

    Batch delete(List<ObjectNode> given) throws IOException {
        List<Change> changes = new ArrayList<>();
        for (ObjectNode object : given) {
            ObjectKey key = ObjectKey.of(object);
            boolean was = remove(key);
            if (key.kind().equals("Namespace") && key.group().isEmpty()) {
                for (ObjectKey inside : List.copyOf(objects.keySet())) {
                    was |= inside.namespace().equals(key.name()) && remove(inside);
                }
            }
            changes.add(new Change(key, was ? Verb.DELETED : Verb.NOT_FOUND, ""));
        }
        return commit(changes);
    }

    private boolean remove(ObjectKey key) throws IOException {
        return objects.remove(key) != null && directory.remove(key);
    }

    private Batch commit(List<Change> changes) throws IOException {
        boolean changed =
                changes.stream()
                        .anyMatch(change ->
                                change.verb() == Verb.CREATED
                                        || change.verb() == Verb.CONFIGURED
                                        || change.verb() == Verb.DELETED);
        return new Batch(changes, changed ? directory.commit() : directory.revision());
    }

    private Change put(ObjectNode object, long revision) throws IOException {
        ObjectKey key = ObjectKey.of(object);
        JsonNode before = objects.get(key);
        object.remove("status");
        try {
            if (key.kind().equals("Service") && key.group().isEmpty()) {
                addresses.complete(object, before, applied());
            }
        } catch (IllegalArgumentException e) {
            return new Change(key, Verb.REFUSED, String.valueOf(e.getMessage()));
        }
        ObjectNode metadata = object.withObject("/metadata");
        metadata.remove(OURS);
        if (before == null) {
            create(metadata);
        } else {
            OURS.forEach(field -> copy(before.path("metadata"), metadata, field));
            if (object.equals(before)) {
                return new Change(key, Verb.UNCHANGED, "");
            }
            long generation = before.path("metadata").path("generation").asLong(1);
            metadata.put("generation", sameSpec(object, before) ? generation : generation + 1);
        }
        metadata.put("resourceVersion", Long.toString(revision));
        directory.put(key, object);
        objects.put(key, object);
        return new Change(key, before == null ? Verb.CREATED : Verb.CONFIGURED, "");
    }

    private void create(ObjectNode metadata) {
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put(
                "creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        metadata.put("generation", 1);
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        JsonNode value = from.get(field);
        if (value != null) {
            to.set(field, value);
        }
    }

    private static boolean sameSpec(ObjectNode one, JsonNode other) {
        return withoutMetadata(one).equals(withoutMetadata(other));
    }

    private static JsonNode withoutMetadata(JsonNode object) {
        ObjectNode copy = object.deepCopy();
        copy.remove("metadata");
        return copy;
    }
}
