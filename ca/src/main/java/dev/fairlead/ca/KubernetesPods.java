package dev.fairlead.ca;

import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pods by service account from an informer. Where that knows none, the API server is asked for the
 * one account and node: a watch may lag, and a certificate must not be refused for that.
 *
 * <p>Thread: any.
 */
final class KubernetesPods implements PodIndex, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(KubernetesPods.class);
    private static final String BY_ACCOUNT = "account";
    private static final double ASK_BURST = 40; // of one node
    private static final double ASK_PER_SECOND = 2;

    /** A list's type, for the client. */
    static final class PodFactsList extends DefaultKubernetesResourceList<PodFacts> {
        private static final long serialVersionUID = 1;
    }

    private final KubernetesClient client;
    private final RateLimit asks = new RateLimit(ASK_BURST, ASK_PER_SECOND, System::nanoTime);
    private final SharedIndexInformer<PodFacts> informer;

    /** Starts to watch; {@link #synced} says when the first list is in. */
    KubernetesPods(KubernetesClient client) {
        this.client = client;
        informer =
                client.resources(PodFacts.class, PodFactsList.class)
                        .inAnyNamespace()
                        .runnableInformer(0);
        informer.addIndexers(
                Map.of(BY_ACCOUNT, pod -> pod.lives() ? List.of(key(pod.account())) : List.of()));
        informer.exceptionHandler((started, problem) -> {
            log.warn("pods cannot be watched, trying again reason=\"{}\"", problem.getMessage());
            return true;
        });
        informer.start();
    }

    private static String key(Account account) {
        return account.namespace() + "/" + account.name();
    }

    boolean synced() {
        return informer.hasSynced();
    }

    @Override
    public Set<String> nodesOf(Account account) {
        Set<String> nodes = new HashSet<>();
        for (PodFacts pod : informer.getIndexer().byIndex(BY_ACCOUNT, key(account))) {
            nodes.add(pod.node());
        }
        return nodes;
    }

    @Override
    public Set<String> nodesOfNow(Account account, String node) throws IOException {
        if (!asks.take(node)) {
            throw new IOException("pods of " + node + " were asked for too often");
        }
        ListOptions options =
                new ListOptionsBuilder()
                        .withFieldSelector(
                                "spec.nodeName=%s,spec.serviceAccountName=%s,"
                                                .formatted(node, account.name())
                                        + "status.phase!=Succeeded,status.phase!=Failed")
                        .withLimit(1L)
                        .build();
        Set<String> nodes = nodesOf(account);
        try {
            List<PodFacts> found =
                    client.resources(PodFacts.class, PodFactsList.class)
                            .inNamespace(account.namespace())
                            .list(options)
                            .getItems();
            if (!found.isEmpty()) {
                nodes.add(node);
            }
        } catch (KubernetesClientException e) {
            throw new IOException("the API server does not tell pods: code " + e.getCode(), e);
        }
        return nodes;
    }

    @Override
    public void close() {
        informer.stop();
    }
}
