package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.pilot.source.Inventory;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a cluster has of the objects that configuration is judged by. One reading, no watch. */
final class LiveObjects {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final Map<ObjectKey, JsonNode> objects = new LinkedHashMap<>();

    private LiveObjects(KubernetesClient client) {
        this.client = client;
    }

    /**
     * All of them, of the cluster that a kubeconfig names.
     *
     * @param kubeconfig null: as kubectl finds it
     */
    static Map<ObjectKey, JsonNode> read(@Nullable Path kubeconfig) throws IOException {
        try (KubernetesClient client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
            return read(client);
        } catch (KubernetesClientException e) {
            throw new IOException("cluster not read: " + e.getMessage(), e);
        }
    }

    /** All of them; a KubernetesClientException says what could not be read. */
    static Map<ObjectKey, JsonNode> read(KubernetesClient client) throws IOException {
        var live = new LiveObjects(client);
        live.addAll("/api/v1/namespaces", "v1", "Namespace");
        live.addAll("/api/v1/services", "v1", "Service");
        live.addAll("/api/v1/pods", "v1", "Pod");
        JsonNode mesh =
                live.get(
                        "/api/v1/namespaces/"
                                + Inventory.MESH.namespace()
                                + "/configmaps/"
                                + Inventory.MESH.name());
        if (mesh.isObject()) {
            live.objects.put(Inventory.MESH, mesh);
        }
        live.addConfigs();
        return live.objects;
    }

    /** Objects of the kinds that {@link ConfigReader} owns, as far as they are installed. */
    static Map<ObjectKey, JsonNode> configs(KubernetesClient client) throws IOException {
        var live = new LiveObjects(client);
        live.addConfigs();
        return live.objects;
    }

    private void addConfigs() throws IOException {
        for (JsonNode definition :
                get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions").path("items")) {
            String group = definition.at("/spec/group").asText();
            String kind = definition.at("/spec/names/kind").asText();
            for (JsonNode version : definition.at("/spec/versions")) {
                if (ConfigReader.owns(group, kind) && version.path("storage").asBoolean()) {
                    String apiVersion = group + "/" + version.path("name").asText();
                    addAll(
                            "/apis/"
                                    + apiVersion
                                    + "/"
                                    + definition.at("/spec/names/plural").asText(),
                            apiVersion,
                            kind);
                }
            }
        }
    }

    private void addAll(String path, String apiVersion, String kind) throws IOException {
        for (JsonNode item : get(path).path("items")) {
            ObjectNode object = (ObjectNode) item;
            object.put("apiVersion", apiVersion).put("kind", kind); // a list's items may lack them
            objects.put(ObjectKey.of(object), object);
        }
    }

    private JsonNode get(String path) throws IOException {
        return get(client, path);
    }

    /** What the API server answers, or a missing node where there is no such thing. */
    static JsonNode get(KubernetesClient client, String path) throws IOException {
        String answer = client.raw(path);
        return answer == null ? MissingNode.getInstance() : JSON.readTree(answer);
    }
}
