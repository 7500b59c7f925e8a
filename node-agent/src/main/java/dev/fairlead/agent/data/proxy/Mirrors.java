package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.model.route.Mirror;
import dev.fairlead.agent.model.route.Route;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The copies of one request. Nothing of them reaches the request that they are copies of.
 *
 * <p>Owner: its exchange.
 */
final class Mirrors {

    private final List<MirroredRequest> copies = new ArrayList<>(1);

    private Mirrors() {}

    /**
     * Begins those that are due.
     *
     * @param timeouts of the request
     * @param head as it goes to its own cluster
     * @return null: none
     */
    static @Nullable Mirrors begin(
            HttpRouter router, Route route, Timeouts timeouts, HttpRequest head) {
        Mirrors mirrors = null;
        List<Mirror> policies = route.policy().mirrors();
        for (int i = 0; i < policies.size(); i++) {
            Mirror policy = policies.get(i);
            if (head.method().equals(HttpMethod.CONNECT) || !policy.share().hits(router.random())) {
                continue;
            }
            PodCluster cluster = router.cluster(policy.cluster());
            if (cluster != null && router.mirrorCount().take()) {
                mirrors = mirrors == null ? new Mirrors() : mirrors;
                MirroredRequest copy = new MirroredRequest(router, cluster, head, timeouts);
                if (route.policy().attempts().inRequest()) {
                    copy.countAttempt();
                }
                mirrors.copies.add(copy);
                copy.begin();
            }
        }
        return mirrors;
    }

    /** A piece of the body, or its end. It stays the caller's. */
    void content(HttpContent content) {
        for (int i = 0; i < copies.size(); i++) {
            if (!copies.get(i).isOver()) {
                copies.get(i).write(content.retainedDuplicate());
            }
        }
    }

    void flush() {
        copies.forEach(MirroredRequest::flush);
    }

    /** The request will not be whole. */
    void cut() {
        copies.forEach(MirroredRequest::giveUp);
    }
}
