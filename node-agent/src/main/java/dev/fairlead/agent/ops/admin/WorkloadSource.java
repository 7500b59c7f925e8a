package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.model.workload.LocalPod;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The enrolled pods of this node. Called on any thread. */
public interface WorkloadSource {

    /**
     * One of them.
     *
     * @param worker the loop it lives on
     * @param capturedSince when its rules and sockets were in place; null: not yet
     * @param state in a few words: {@code captured}, {@code waiting for its certificate}
     */
    record EnrolledPod(LocalPod pod, int worker, @Nullable Instant capturedSince, String state) {}

    List<EnrolledPod> pods();

    /** The UID of the pod that users call {@code namespace/name}, or null. */
    default @Nullable String uidOf(String display) {
        for (EnrolledPod each : pods()) {
            if (each.pod().display().equals(display)) {
                return each.pod().uid();
            }
        }
        return null;
    }

    /** The UID of the pod that {@code request} asks for by {@code ?workload}; null: for none. */
    default @Nullable String uidIn(AdminRequest request) {
        String display = request.parameter("workload");
        if (display == null) {
            return null;
        }
        String uid = uidOf(display);
        if (uid == null) {
            throw new IllegalArgumentException(
                    "no enrolled pod \"" + display + "\" on this node (namespace/name)");
        }
        return uid;
    }
}
