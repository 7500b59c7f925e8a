package dev.fairlead.agent.data.upstream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all pods of this node together have under way to clusters whose limits are for the node.
 *
 * <p>Thread-safe. A cluster is kept for as long as a pod uses it.
 */
public final class NodeLimits {

    private final Map<String, InUse> clusters = new ConcurrentHashMap<>();

    /** Of one cluster. */
    record InUse(
            AtomicLong users,
            AtomicLong connections,
            AtomicLong pending,
            AtomicLong requests,
            AtomicLong retries) {

        InUse() {
            this(
                    new AtomicLong(),
                    new AtomicLong(),
                    new AtomicLong(),
                    new AtomicLong(),
                    new AtomicLong());
        }
    }

    /** A pod begins to use {@code cluster}. */
    InUse join(String cluster) {
        return clusters.compute(
                cluster,
                (_, known) -> {
                    InUse use = known == null ? new InUse() : known;
                    use.users().incrementAndGet();
                    return use;
                });
    }

    /** It does so no longer. */
    void leave(String cluster) {
        clusters.computeIfPresent(
                cluster, (_, use) -> use.users().decrementAndGet() == 0 ? null : use);
    }

    /** How many clusters are counted. */
    int size() {
        return clusters.size();
    }
}
