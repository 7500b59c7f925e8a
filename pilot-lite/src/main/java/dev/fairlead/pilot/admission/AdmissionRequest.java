package dev.fairlead.pilot.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;

/**
 * What the API server asks about.
 *
 * @param subresource {@code status} and the like; empty for the object itself
 * @param object as it would be stored; missing for DELETE
 * @param oldObject as it is stored; missing for CREATE
 */
record AdmissionRequest(
        String uid,
        Operation operation,
        ObjectKey key,
        String subresource,
        JsonNode object,
        JsonNode oldObject) {

    enum Operation {
        CREATE,
        UPDATE,
        DELETE,
        CONNECT
    }
}
