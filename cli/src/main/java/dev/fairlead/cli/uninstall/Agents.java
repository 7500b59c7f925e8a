package dev.fairlead.cli.uninstall;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The objects in which pilot-lite shows the agents. */
final class Agents {

    private static final ResourceDefinitionContext KIND =
            new ResourceDefinitionContext.Builder()
                    .withGroup("fairlead.dev")
                    .withVersion("v1alpha1")
                    .withKind("Agent")
                    .withPlural("agents")
                    .withNamespaced(false)
                    .build();

    private Agents() {}

    /** Does nothing where the kind is not known. */
    static void deleteAll(KubernetesClient client) {
        if (client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName("agents.fairlead.dev")
                        .get()
                != null) {
            client.genericKubernetesResources(KIND).delete();
        }
    }
}
