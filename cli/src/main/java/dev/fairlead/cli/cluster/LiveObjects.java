package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.source.Inventory;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a cluster has of the objects that configuration is judged by. One reading, no watch. */
final class LiveObjects {

    private final KubernetesClient client;
    private final Map<ObjectKey, JsonNode> objects = new LinkedHashMap<>();

    private LiveObjects(KubernetesClient client) {
        this.client = client;
    }

    /** All of them; a KubernetesClientException says what could not be read. */
    static Map<ObjectKey, JsonNode> read(KubernetesClient client) {
        var live = new LiveObjects(client);
        for (String kind : List.of("Namespace", "Service", "Pod")) {
            live.addAll(context("", "v1", kind, kind.toLowerCase(java.util.Locale.ROOT) + "s"));
        }
        live.addMesh();
        live.addConfigs();
        return live.objects;
    }

    /** Objects of the kinds that {@link ConfigReader} owns, as far as they are installed. */
    static Map<ObjectKey, JsonNode> configs(KubernetesClient client) {
        var live = new LiveObjects(client);
        live.addConfigs();
        return live.objects;
    }

    private void addConfigs() {
        for (CustomResourceDefinition definition :
                client.apiextensions().v1().customResourceDefinitions().list().getItems()) {
            String group = definition.getSpec().getGroup();
            for (CustomResourceDefinitionVersion version : definition.getSpec().getVersions()) {
                if (ConfigReader.owns(group) && Boolean.TRUE.equals(version.getStorage())) {
                    addAll(
                            context(
                                    group,
                                    version.getName(),
                                    definition.getSpec().getNames().getKind(),
                                    definition.getSpec().getNames().getPlural()));
                }
            }
        }
    }

    private static ResourceDefinitionContext context(
            String group, String version, String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private void addAll(ResourceDefinitionContext context) {
        for (GenericKubernetesResource one :
                client.genericKubernetesResources(context).inAnyNamespace().list().getItems()) {
            add(one);
        }
    }

    private void addMesh() {
        GenericKubernetesResource mesh =
                client.genericKubernetesResources("v1", "ConfigMap")
                        .inNamespace(Inventory.MESH.namespace())
                        .withName(Inventory.MESH.name())
                        .get();
        if (mesh != null) {
            add(mesh);
        }
    }

    private void add(GenericKubernetesResource resource) {
        JsonNode object =
                client.getKubernetesSerialization().convertValue(resource, JsonNode.class);
        objects.put(ObjectKey.of(object), object);
    }
}
