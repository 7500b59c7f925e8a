package dev.fairlead.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Makes clients of the API server. */
public final class KubernetesApi {

    private KubernetesApi() {}

    /**
     * A client by the pod's own service account, or by {@code KUBECONFIG} outside of a cluster. The
     * caller closes it.
     */
    public static KubernetesClient client(String userAgent) {
        Config config = Config.autoConfigure(null);
        config.setUserAgent(userAgent);
        return new KubernetesClientBuilder().withConfig(config).build();
    }
}
