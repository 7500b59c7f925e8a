package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.upstream.PodCluster.HttpWaiter;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP connection that is being made, and the requests that wait for it: one, or for HTTP/2 as
 * many as such a connection surely takes.
 *
 * <p>Owner: the pod's worker loop.
 */
final class Opening {

    private final @Nullable InetAddress from;
    private final HttpProtocol asked;
    private final int most;
    private final List<HttpWaiter> waiters = new ArrayList<>(2);

    Opening(@Nullable InetAddress from, HttpProtocol asked, int most) {
        this.from = from;
        this.asked = asked;
        this.most = most;
    }

    boolean takes(@Nullable InetAddress caller, HttpProtocol wanted) {
        return waiters.size() < most && asked == wanted && Objects.equals(from, caller);
    }

    void add(HttpWaiter waiter) {
        waiters.add(waiter);
    }

    /** First come, first served. */
    List<HttpWaiter> waiters() {
        return waiters;
    }
}
