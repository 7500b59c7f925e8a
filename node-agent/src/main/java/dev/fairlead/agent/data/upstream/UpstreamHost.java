package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.cluster.Endpoint;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster as one pod uses it: its connections, and what is under way.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class UpstreamHost implements Candidate {

    private Endpoint endpoint;
    private final HostPools pools = new HostPools();
    private int active;
    @Nullable RequestKinds requestSeries;
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

    HostPools pools() {
        return pools;
    }

    boolean unused() {
        return active == 0 && pools.isEmpty();
    }
}
