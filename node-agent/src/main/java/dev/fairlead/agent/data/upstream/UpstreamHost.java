package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import io.netty.util.NetUtil;
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
    private int priority;
    private long healthySince = SETTLED;
    private @Nullable String hashKey;
    @Nullable RequestKinds requestSeries;
    @Nullable TcpSeries tcpSeries;

    UpstreamHost(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    void become(Endpoint now, int nowPriority) {
        endpoint = now;
        priority = nowPriority;
    }

    void healthySince(long nanos) {
        healthySince = nanos;
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

    @Override
    public Health health() {
        return endpoint.health();
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public String hashKey() {
        String known = hashKey;
        if (known == null) {
            known = NetUtil.toSocketAddressString(address());
            hashKey = known;
        }
        return known;
    }

    @Override
    public long healthySince() {
        return healthySince;
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
