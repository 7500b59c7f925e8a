package dev.fairlead.pilot.serve;

import com.google.protobuf.Value;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.generate.VersionedResource;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of a stream, and so what it is served. */
sealed interface Client {

    /** The node that the caller's token names. */
    String node();

    /** A node's agent, its version, and the profile beyond which it is not sent anything. */
    record Agent(String node, String version, int profile) implements Client {}

    /** An Envoy beside one pod of the node. */
    record Envoy(String node, String podUid) implements Client {}

    /** The client that a stream's first request describes. */
    static Client of(String node, Node described) {
        String uid =
                described
                        .getMetadata()
                        .getFieldsOrDefault("WORKLOAD_UID", Value.getDefaultInstance())
                        .getStringValue();
        return uid.isEmpty()
                ? new Agent(node, described.getUserAgentVersion(), profile(described))
                : new Envoy(node, uid);
    }

    private static int profile(Node described) {
        Value profile =
                described
                        .getMetadata()
                        .getFieldsOrDefault("FAIRLEAD_PROFILE", Value.getDefaultInstance());
        return Math.max(1, (int) profile.getNumberValue());
    }

    /** Its resources by type and name; null where its pod is not on its node. */
    default @Nullable Map<ResourceType, Map<String, VersionedResource>> resources(
            Snapshot snapshot) {
        return switch (this) {
            case Agent(String node, _, int profile) -> snapshot.agent(node, profile);
            case Envoy(String node, String podUid) -> {
                PodView pod = snapshot.pod(podUid);
                yield pod != null && pod.pod().node().equals(node) ? snapshot.envoy(podUid) : null;
            }
        };
    }
}
