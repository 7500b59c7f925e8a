package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;

/** Is told what status objects have, as often as they come by. Thread: any; does not wait. */
@FunctionalInterface
public interface ObservedStatus {

    void observed(ObjectKey key, String resourceVersion, JsonNode status);
}
