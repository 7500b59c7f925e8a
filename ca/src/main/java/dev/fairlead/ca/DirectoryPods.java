package dev.fairlead.ca;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * On which nodes each service account has a pod that has not ended, from {@code observed/}.
 *
 * <p>Thread: any. The directory belongs to whoever holds the lock; the map is replaced whole.
 */
final class DirectoryPods implements PodIndex {

    private final ObjectDirectory observed;
    private final ReentrantLock lock = new ReentrantLock();
    private long revision = -1; // under the lock
    private volatile Map<Account, Set<String>> nodes = Map.of();

    DirectoryPods(ObjectDirectory observed) {
        this.observed = observed;
    }

    @Override
    public Set<String> nodesOfNow(Account account, String node) throws IOException {
        refresh();
        return nodesOf(account);
    }

    @Override
    public Set<String> nodesOf(Account account) {
        return nodes.getOrDefault(account, Set.of());
    }

    /** Reads the directory again if a batch has ended since the last time. */
    void follow() throws IOException {
        lock.lock();
        try {
            long now = observed.revision();
            if (now != revision) {
                refresh();
                revision = now;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads the directory again: what was written before the call is known after it. */
    void refresh() throws IOException {
        lock.lock();
        try {
            Map<Account, Set<String>> fresh = new HashMap<>();
            for (Map.Entry<ObjectKey, JsonNode> entry : observed.read().entrySet()) {
                ObjectKey key = entry.getKey();
                if (key.group().isEmpty() && key.kind().equals("Pod")) {
                    add(key.namespace(), entry.getValue(), fresh);
                }
            }
            nodes = fresh;
        } finally {
            lock.unlock();
        }
    }

    private static void add(String namespace, JsonNode pod, Map<Account, Set<String>> into) {
        String node = pod.path("spec").path("nodeName").asText("");
        String phase = pod.path("status").path("phase").asText("");
        if (node.isEmpty() || phase.equals("Succeeded") || phase.equals("Failed")) {
            return;
        }
        String account = pod.path("spec").path("serviceAccountName").asText("");
        into.computeIfAbsent(
                        new Account(namespace, account.isEmpty() ? "default" : account),
                        a -> new HashSet<>())
                .add(node);
    }
}
