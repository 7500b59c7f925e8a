package dev.fairlead.cli.uninstall;

import dev.fairlead.kubernetes.crds.Ownership;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;

/** The resource definitions that we created. */
final class Definitions {

    private static final String OUR_GROUP = "fairlead.dev";

    private final KubernetesClient client;

    Definitions(KubernetesClient client) {
        this.client = client;
    }

    private List<CustomResourceDefinition> ours() {
        return client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .withLabel(Ownership.LABEL, Ownership.VALUE)
                .list()
                .getItems();
    }

    /** Users' objects of them, as {@code kind namespace/name}. */
    List<String> inUse() {
        List<String> objects = new ArrayList<>();
        for (CustomResourceDefinition definition : ours()) {
            if (definition.getSpec().getGroup().equals(OUR_GROUP)) {
                continue; // written by us
            }
            client.genericKubernetesResources(context(definition))
                    .inAnyNamespace()
                    .list()
                    .getItems()
                    .forEach(object ->
                            objects.add(
                                    "%s %s/%s"
                                            .formatted(
                                                    definition.getSpec().getNames().getKind(),
                                                    object.getMetadata().getNamespace(),
                                                    object.getMetadata().getName())));
        }
        return objects;
    }

    private static ResourceDefinitionContext context(CustomResourceDefinition definition) {
        return CustomResourceDefinitionContext.fromCrd(definition);
    }

    /** Deletes them, returns their names. */
    List<String> delete() {
        List<String> names = new ArrayList<>();
        for (CustomResourceDefinition definition : ours()) {
            client.resource(definition).delete();
            names.add(definition.getMetadata().getName());
        }
        return names;
    }
}
