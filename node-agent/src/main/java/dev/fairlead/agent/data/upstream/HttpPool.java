package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.upstream.PodCluster.HttpWaiter;
import dev.fairlead.agent.data.upstream.UpstreamConnection.Origin;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections of one pod to the endpoints of one cluster: lent for one request at a time,
 * or shared by as many streams as they take.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HttpPool {

    /** Below the keep-alive of common servers; up to a quarter is taken off by chance. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MAX_IDLE_PER_HOST = 512;

    private final PodCluster cluster;
    private final PodContext context;
    private final Connector connector;
    private final Set<UpstreamConnection> connections = new HashSet<>();

    HttpPool(PodCluster cluster, PodContext context, Connector connector) {
        this.cluster = cluster;
        this.context = context;
        this.connector = connector;
    }

    PodCluster cluster() {
        return cluster;
    }

    /**
     * A connection that would now be made otherwise (with mTLS, another way, or not at all) serves
     * the request that it has and no other.
     */
    void retireWhatChanged() {
        for (UpstreamConnection upstream : List.copyOf(connections)) {
            if (!stillRight(upstream.origin())) {
                upstream.retire();
            }
        }
    }

    private boolean stillRight(Origin made) {
        return made.from() != null
                || connector.wouldBeTheSame(
                        cluster.config(),
                        made.host().endpoint(),
                        made.asked(),
                        made.account(),
                        made.mutual());
    }

    void retireAll() {
        List.copyOf(connections).forEach(UpstreamConnection::retire);
    }

    /** Connections to endpoints that are not among these serve no further request. */
    void keepOnly(Set<InetSocketAddress> addresses) {
        for (UpstreamConnection upstream : List.copyOf(connections)) {
            if (!addresses.contains(upstream.origin().host().address())) {
                upstream.retire();
            }
        }
    }

    void abortAll() {
        List.copyOf(connections).forEach(UpstreamConnection::abort);
    }

    /** As {@link PodCluster#acquire}. */
    void acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            boolean fresh,
            boolean http2,
            HttpWaiter waiter) {
        HttpProtocol asked =
                switch (cluster.config().protocol()) {
                    case HTTP1 -> HttpProtocol.HTTP1;
                    case HTTP2 -> HttpProtocol.HTTP2;
                    case DOWNSTREAM -> http2 ? HttpProtocol.HTTP2 : HttpProtocol.HTTP1;
                };
        UpstreamRequest ready = asked == HttpProtocol.HTTP2 ? host.takeStream(from, asked) : null;
        if (ready == null && !fresh) {
            ready = host.takeIdle(from, asked);
        }
        if (ready != null) {
            waiter.connected(ready);
            return;
        }
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        Opening already = host.opening(from, asked);
        if (already != null) {
            already.add(waiter);
        } else {
            open(host, from, asked, waiter);
        }
    }

    private void open(
            UpstreamHost host, @Nullable InetAddress from, HttpProtocol asked, HttpWaiter first) {
        Opening attempt =
                new Opening(from, asked, asked == HttpProtocol.HTTP2 ? streamsOfNew() : 1);
        attempt.add(first);
        host.addOpening(attempt);
        Cluster askedWith = cluster.config();
        connector.connect(
                cluster.config(),
                host.endpoint(),
                from,
                null,
                asked,
                cluster.counters(),
                new Connector.Waiter() {
                    @Override
                    public void connected(
                            Channel channel, @Nullable DestinationAccount account, boolean mutual) {
                        host.removeOpening(attempt);
                        opened(
                                new Origin(
                                        HttpPool.this, host, channel, from, asked, account, mutual),
                                askedWith,
                                attempt.waiters());
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        host.removeOpening(attempt);
                        for (HttpWaiter each : attempt.waiters()) {
                            cluster.counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
                            cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
                            each.failed(flag);
                        }
                    }
                });
    }

    /** Requests that may wait for one HTTP/2 connection. */
    private int streamsOfNew() {
        int most = cluster.config().maxConcurrentStreams();
        return most == 0 ? Http2Upstream.STREAMS_BEFORE_SETTINGS : Math.min(most, 100);
    }

    /** The configuration may have changed while it was being made. */
    private void opened(Origin origin, Cluster askedWith, List<HttpWaiter> waiters) {
        boolean wrong =
                !askedWith.transport().equals(cluster.config().transport())
                        || askedWith.protocol() != cluster.config().protocol()
                        || !stillRight(origin);
        cluster.counters().inc(ClusterStat.UPSTREAM_CX_TOTAL);
        cluster.counters().inc(ClusterStat.UPSTREAM_CX_ACTIVE);
        if (speaks(origin) == HttpProtocol.HTTP2) {
            openedHttp2(origin, wrong, waiters);
        } else {
            openedHttp1(origin, wrong, waiters);
        }
    }

    /** The short way ends at the application, which may speak another version than was asked. */
    private static HttpProtocol speaks(Origin origin) {
        DestinationAccount account = origin.account();
        if (account == null || account.protocol() == HttpProtocol.DOWNSTREAM) {
            return origin.asked();
        }
        return account.protocol();
    }

    private void openedHttp2(Origin origin, boolean wrong, List<HttpWaiter> waiters) {
        cluster.counters().inc(ClusterStat.UPSTREAM_CX_HTTP2_TOTAL);
        Http2Upstream upstream =
                new Http2Upstream(origin, Http2Upstream.idleNanos(context.random()));
        connections.add(upstream);
        List<UpstreamRequest> streams = new ArrayList<>(waiters.size());
        waiters.forEach(_ -> streams.add(upstream.lend())); // before one of them can end
        if (wrong) {
            upstream.retire();
        } else {
            origin.host().addMultiplexed(upstream);
        }
        for (int i = 0; i < streams.size(); i++) {
            cluster.counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
            waiters.get(i).connected(streams.get(i));
        }
    }

    private void openedHttp1(Origin origin, boolean wrong, List<HttpWaiter> waiters) {
        cluster.counters().inc(ClusterStat.UPSTREAM_CX_HTTP1_TOTAL);
        Http1Upstream upstream = new Http1Upstream(origin);
        connections.add(upstream);
        if (wrong) {
            upstream.retireAfterNext();
        }
        cluster.counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        waiters.getFirst().connected(upstream);
        for (HttpWaiter other : waiters.subList(1, waiters.size())) {
            open(origin.host(), origin.from(), origin.asked(), other); // each needs its own
        }
    }

    void release(Http1Upstream upstream) {
        UpstreamHost host = upstream.origin().host();
        if (!cluster.has(host) || host.idleCount() >= MAX_IDLE_PER_HOST) {
            upstream.close();
            return;
        }
        host.addIdle(upstream);
        upstream.rest(IDLE_NANOS - context.random().nextLong(IDLE_NANOS / 4));
    }

    /** It takes no new requests. */
    void left(Http2Upstream upstream) {
        upstream.origin().host().removeMultiplexed(upstream);
    }

    void closed(UpstreamConnection upstream) {
        if (connections.remove(upstream)) {
            switch (upstream) {
                case Http1Upstream one -> one.origin().host().removeIdle(one);
                case Http2Upstream two -> left(two);
            }
            cluster.counters().dec(ClusterStat.UPSTREAM_CX_ACTIVE);
            cluster.counters().inc(ClusterStat.UPSTREAM_CX_DESTROY);
        }
    }
}
