package dev.fairlead.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes clients of the API server. */
public final class KubernetesApi {

    private KubernetesApi() {}

    /**
     * A client by the pod's own service account, or by {@code KUBECONFIG} outside of a cluster. The
     * caller closes it.
     */
    public static KubernetesClient client(String userAgent) {
        return client(userAgent, Config.autoConfigure(null));
    }

    /**
     * A client that tries each request once, for callers that know themselves when to try again:
     * with the usual one an API server that is back after a minute is asked half a minute later.
     */
    public static KubernetesClient tryingOnce(String userAgent) {
        Config config = Config.autoConfigure(null);
        config.setRequestRetryBackoffLimit(0);
        return client(userAgent, config);
    }

    /** A client by a kubeconfig file, or where none is named as {@link #client(String)}. */
    public static KubernetesClient client(String userAgent, @Nullable Path kubeconfig) {
        return kubeconfig == null
                ? client(userAgent)
                : client(userAgent, Config.fromKubeconfig(kubeconfig.toFile()));
    }

    private static KubernetesClient client(String userAgent, Config config) {
        config.setUserAgent(userAgent);
        String key = config.getClientKeyData();
        if (key != null && ClientKeys.elliptic(key)) {
            config.setClientKeyAlgo("EC"); // the client takes any PKCS #8 key for RSA otherwise
        }
        return new KubernetesClientBuilder().withConfig(config).build();
    }
}
