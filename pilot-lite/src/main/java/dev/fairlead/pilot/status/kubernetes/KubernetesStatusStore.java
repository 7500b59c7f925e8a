package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.kubernetes.Leadership;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.kubernetes.watch.ServerState;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.status.StatusStore;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Status in the API server. Objects' conditions are written by the leader of the replicas, agents'
 * and pods' by the replica that heard of them.
 *
 * <p>Thread: any; each of the three writers has its own.
 */
public final class KubernetesStatusStore implements StatusStore {

    private final PodConditions pods;
    private final AgentObjects agents;
    private final ObjectConditions objects;

    /** {@code replica} is the name by which Agent objects say who serves them. */
    public KubernetesStatusStore(
            KubernetesClient client,
            ServerState server,
            Leadership leadership,
            InstalledKinds kinds,
            String replica) {
        var api = new ApiWriter(client);
        pods = new PodConditions(api);
        agents = new AgentObjects(client, server, api, replica);
        objects = new ObjectConditions(api, leadership, kinds, agents::all);
        agents.onChange(objects::agentsChanged);
    }

    /** Starts reading what other replicas' agents have acknowledged. */
    public void start() {
        agents.start();
    }

    /** Where the source reports the status that objects have. */
    public ObservedStatus observed() {
        return objects;
    }

    @Override
    public Map<ObjectKey, JsonNode> initial() {
        return Map.of(); // pods say themselves whether they are captured
    }

    @Override
    public void put(Map<ObjectKey, Optional<JsonNode>> changes) {
        changes.forEach((key, value) -> {
            if (!key.group().equals(StatusKeys.GROUP)) {
                objects.put(key, value);
            } else if (key.kind().equals(StatusKeys.CAPTURE)) {
                value.ifPresent(report -> pods.put(key, report)); // who is gone has no condition
            } else if (key.kind().equals(StatusKeys.AGENT)) {
                value.ifPresent(status -> agents.put(key.name(), status));
            }
        });
    }

    @Override
    public CompletableFuture<Void> flushed() {
        return pods.flushed();
    }

    @Override
    public void close() {
        objects.close();
        pods.close();
        agents.close();
    }
}
