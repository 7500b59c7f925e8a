package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.upstream.PodCluster.TcpWaiter;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.Channel;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The opaque connections of one pod to the endpoints of one cluster. None is used twice; each
 * counts as a request, too. Source: Envoy, "TCP proxy", "Circuit breaking".
 *
 * <p>Owner: the pod's worker loop.
 */
final class TcpPool {

    private final PodCluster cluster;
    private final Connector connector;

    TcpPool(PodCluster cluster, Connector connector) {
        this.cluster = cluster;
        this.connector = connector;
    }

    /** As {@link PodCluster#connectTcp}. */
    void connect(
            UpstreamHost host,
            @Nullable InetAddress from,
            @Nullable ProxyHeader origin,
            TcpWaiter waiter) {
        CircuitBreaker breaker = cluster.breaker();
        Counters<ClusterStat> stats = cluster.counters();
        if (!breaker.connections().tryAcquire()) {
            stats.inc(ClusterStat.UPSTREAM_CX_OVERFLOW);
            waiter.failed(ResponseFlag.UPSTREAM_OVERFLOW);
            return;
        }
        if (!breaker.pending().tryAcquire()) {
            breaker.connections().release();
            stats.inc(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            waiter.failed(ResponseFlag.UPSTREAM_OVERFLOW);
            return;
        }
        stats.inc(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        stats.inc(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        host.began();
        var books = new ConnectionBooks(cluster.allCounters(), breaker.connections(), true);
        connector.connect(
                cluster.config(),
                host.endpoint(),
                from,
                origin,
                null,
                null,
                books,
                new Connector.Waiter() {
                    @Override
                    public void connected(
                            Channel channel, @Nullable DestinationAccount account, boolean mutual) {
                        noLongerPending();
                        books.connected();
                        host.connected();
                        breaker.requests().acquire(); // counted, but never refused
                        stats.inc(ClusterStat.UPSTREAM_RQ_TOTAL);
                        stats.inc(ClusterStat.UPSTREAM_RQ_ACTIVE);
                        channel.closeFuture()
                                .addListener(_ -> {
                                    host.ended();
                                    stats.dec(ClusterStat.UPSTREAM_RQ_ACTIVE);
                                    breaker.requests().release();
                                    books.ended(false);
                                });
                        waiter.connected(channel, account, mutual);
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        noLongerPending();
                        host.failed(flag);
                        host.ended();
                        books.ended(false);
                        stats.inc(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
                        stats.inc(ClusterStat.UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED);
                        waiter.failed(flag);
                    }

                    private void noLongerPending() {
                        breaker.pending().release();
                        stats.dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
                    }
                });
    }
}
