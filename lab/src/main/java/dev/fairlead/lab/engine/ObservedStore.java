package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The {@code observed/} folder: Pods, Nodes and EndpointSlices. Owner: the engine's thread. */
final class ObservedStore {

    private final ObjectDirectory directory;
    private Map<ObjectKey, JsonNode> written;

    ObservedStore(ObjectDirectory directory) throws IOException {
        this.directory = directory;
        this.written = directory.read();
    }

    /** Makes the folder hold exactly {@code objects}, as one batch. Returns its revision. */
    long publish(List<ObjectNode> objects) throws IOException {
        Map<ObjectKey, JsonNode> next = new TreeMap<>();
        boolean changed = false;
        for (ObjectNode object : objects) {
            ObjectKey key = ObjectKey.of(object);
            next.put(key, object);
            if (!object.equals(written.get(key))) {
                directory.put(key, object);
                changed = true;
            }
        }
        for (ObjectKey key : written.keySet()) {
            if (!next.containsKey(key)) {
                changed |= directory.remove(key);
            }
        }
        written = next;
        return changed ? directory.commit() : directory.revision();
    }
}
