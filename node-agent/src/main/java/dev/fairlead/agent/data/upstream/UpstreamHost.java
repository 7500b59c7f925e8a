package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.cluster.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster as one pod uses it: its idle connections, newest first, and what is
 * under way.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class UpstreamHost implements Candidate {

    private Endpoint endpoint;
    private final ArrayDeque<HttpUpstream> idle = new ArrayDeque<>();
    private int active;
    @Nullable RequestSeries requestSeries;
    @Nullable TcpSeries tcpSeries;

    UpstreamHost(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    void become(Endpoint now) {
        endpoint = now;
    }

    /** Labels may have changed: they are looked up again when next needed. */
    void forgetSeries() {
        requestSeries = null;
        tcpSeries = null;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public InetSocketAddress address() {
        return endpoint.address();
    }

    @Override
    public int active() {
        return active;
    }

    @Override
    public int weight() {
        return endpoint.weight();
    }

    void began() {
        active++;
    }

    void ended() {
        active--;
    }

    /** The newest idle connection made for callers at {@code from}, or null. */
    @Nullable HttpUpstream takeIdle(@Nullable InetAddress from) {
        Iterator<HttpUpstream> newestFirst = idle.iterator();
        while (newestFirst.hasNext()) {
            HttpUpstream upstream = newestFirst.next();
            if (upstream.isOpen() && Objects.equals(from, upstream.from())) {
                newestFirst.remove();
                return upstream;
            }
        }
        return null;
    }

    void addIdle(HttpUpstream upstream) {
        idle.addFirst(upstream);
    }

    void removeIdle(HttpUpstream upstream) {
        idle.remove(upstream);
    }

    boolean unused() {
        return active == 0 && idle.isEmpty();
    }

    int idleCount() {
        return idle.size();
    }
}
