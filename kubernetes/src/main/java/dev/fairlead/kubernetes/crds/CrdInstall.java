package dev.fairlead.kubernetes.crds;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a cluster's definitions to what this version serves. Idempotent; several may run at once.
 * Thread: the caller's, which waits for the API server.
 */
public final class CrdInstall {

    private static final Logger log = LoggerFactory.getLogger(CrdInstall.class);

    private final KubernetesClient client;

    public CrdInstall(KubernetesClient client) {
        this.client = client;
    }

    /** What became of one definition. */
    public enum Outcome {
        CREATED,
        UPDATED,
        UNCHANGED,
        /** Somebody else's, used as it is. */
        FOREIGN
    }

    /** KubernetesClientException where the API server refuses or is away: try the whole again. */
    public void install(List<CustomResourceDefinition> wanted) {
        for (CustomResourceDefinition definition : wanted) {
            String name = definition.getMetadata().getName();
            log.info("definition name={} outcome={}", name, install(definition));
        }
    }

    Outcome install(CustomResourceDefinition wanted) {
        var resource =
                client.apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName(wanted.getMetadata().getName());
        CustomResourceDefinition present = resource.get();
        if (present == null) {
            try {
                client.resource(wanted).create();
                return Outcome.CREATED;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                present = resource.get(); // another was faster
            }
        }
        if (present == null || !Ownership.ours(present)) {
            return Outcome.FOREIGN;
        }
        if (Objects.equals(version(wanted), version(present))) {
            return Outcome.UNCHANGED;
        }
        wanted.getMetadata().setResourceVersion(present.getMetadata().getResourceVersion());
        client.resource(wanted).update();
        return Outcome.UPDATED;
    }

    private static String version(CustomResourceDefinition definition) {
        var annotations = definition.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(CrdFiles.CONTENT, "");
    }
}
