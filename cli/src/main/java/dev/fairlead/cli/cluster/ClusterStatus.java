package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.KubernetesApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads how a cluster's agents stand. */
public final class ClusterStatus {

    private static final String AGENTS = "/apis/fairlead.dev/v1alpha1/agents";

    private ClusterStatus() {}

    /** The lines to print; an IOException says why there are none. */
    public static List<String> lines(@Nullable Path kubeconfig) throws IOException {
        try (KubernetesClient client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
            JsonNode list = LiveObjects.get(client, AGENTS);
            if (!list.isObject()) {
                throw new IOException("the mesh is not installed: no kind Agent");
            }
            List<JsonNode> agents = new ArrayList<>();
            list.path("items").forEach(agents::add);
            List<String> nodes = new ArrayList<>();
            LiveObjects.get(client, "/api/v1/nodes")
                    .path("items")
                    .forEach(node -> nodes.add(node.at("/metadata/name").asText()));
            return AgentTable.lines(agents, nodes, LiveObjects.configs(client));
        } catch (KubernetesClientException e) {
            throw new IOException("cluster not read: " + e.getMessage(), e);
        }
    }
}
