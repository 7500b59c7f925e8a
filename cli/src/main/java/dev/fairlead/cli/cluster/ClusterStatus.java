package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.KubernetesApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads how a cluster's agents stand. */
public final class ClusterStatus {

    private static final ResourceDefinitionContext AGENTS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("agents.fairlead.dev")
                    .withVersion("v1alpha1")
                    .withKind("Agent")
                    .withPlural("agents")
                    .withNamespaced(false)
                    .build();
    private static final int NOT_FOUND = 404;

    private ClusterStatus() {}

    /** The lines to print; an IOException says why there are none. */
    public static List<String> lines(@Nullable Path kubeconfig) throws IOException {
        try (KubernetesClient client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
            List<JsonNode> agents = new ArrayList<>();
            client.genericKubernetesResources(AGENTS)
                    .list()
                    .getItems()
                    .forEach(agent ->
                            agents.add(
                                    client.getKubernetesSerialization()
                                            .convertValue(agent, JsonNode.class)));
            List<String> nodes =
                    client.nodes().list().getItems().stream()
                            .map(node -> node.getMetadata().getName())
                            .toList();
            return AgentTable.lines(agents, nodes, LiveObjects.configs(client));
        } catch (KubernetesClientException e) {
            throw new IOException(
                    e.getCode() == NOT_FOUND
                            ? "the mesh is not installed: no kind Agent"
                            : "cluster not read: " + e.getMessage(),
                    e);
        }
    }
}
