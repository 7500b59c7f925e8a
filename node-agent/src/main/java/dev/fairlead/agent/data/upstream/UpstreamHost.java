package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
    private final ArrayDeque<Http1Upstream> idle = new ArrayDeque<>();
    private final List<Http2Upstream> multiplexed = new ArrayList<>(2);
    private final List<Opening> opening = new ArrayList<>(2);
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

    /** The newest idle connection of that kind made for callers at {@code from}, or null. */
    @Nullable Http1Upstream takeIdle(@Nullable InetAddress from, HttpProtocol asked) {
        Iterator<Http1Upstream> newestFirst = idle.iterator();
        while (newestFirst.hasNext()) {
            Http1Upstream upstream = newestFirst.next();
            if (upstream.isOpen()
                    && asked == upstream.origin().asked()
                    && Objects.equals(from, upstream.origin().from())) {
                newestFirst.remove();
                return upstream;
            }
        }
        return null;
    }

    void addIdle(Http1Upstream upstream) {
        idle.addFirst(upstream);
    }

    void removeIdle(Http1Upstream upstream) {
        idle.remove(upstream);
    }

    /** A stream on the connection with the fewest, of those with room; null: none has any. */
    @Nullable Http2UpstreamStream takeStream(@Nullable InetAddress from, HttpProtocol asked) {
        Http2Upstream best = null;
        for (int i = 0; i < multiplexed.size(); i++) {
            Http2Upstream each = multiplexed.get(i);
            if (each.hasRoom()
                    && asked == each.origin().asked()
                    && Objects.equals(from, each.origin().from())
                    && (best == null || each.load() < best.load())) {
                best = each;
            }
        }
        return best == null ? null : best.lend();
    }

    void addMultiplexed(Http2Upstream upstream) {
        multiplexed.add(upstream);
    }

    void removeMultiplexed(Http2Upstream upstream) {
        multiplexed.remove(upstream);
    }

    /** The connection that is being made and takes more waiters, or null. */
    @Nullable Opening opening(@Nullable InetAddress from, HttpProtocol asked) {
        for (Opening each : opening) {
            if (each.takes(from, asked)) {
                return each;
            }
        }
        return null;
    }

    void addOpening(Opening attempt) {
        opening.add(attempt);
    }

    void removeOpening(Opening attempt) {
        opening.remove(attempt);
    }

    boolean unused() {
        return active == 0 && idle.isEmpty() && multiplexed.isEmpty() && opening.isEmpty();
    }

    int idleCount() {
        return idle.size();
    }
}
