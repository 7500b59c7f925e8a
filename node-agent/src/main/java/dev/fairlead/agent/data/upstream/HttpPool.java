package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.upstream.PodCluster.HttpWaiter;
import dev.fairlead.agent.data.upstream.UpstreamConnection.Origin;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections of one pod to the endpoints of one cluster, and what all of them have in
 * common.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HttpPool {

    /** Below the keep-alive of common servers; up to a quarter is taken off by chance. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final PodCluster cluster;
    private final PodContext context;
    private final Connector connector;
    private final Set<UpstreamConnection> connections = new HashSet<>();
    private final Set<HostPool> pools = new HashSet<>();
    private boolean closed;

    HttpPool(PodCluster cluster, PodContext context, Connector connector) {
        this.cluster = cluster;
        this.context = context;
        this.connector = connector;
    }

    Cluster config() {
        return cluster.config();
    }

    CircuitBreaker breaker() {
        return cluster.breaker();
    }

    void count(ClusterStat stat) {
        cluster.counters().inc(stat);
    }

    void uncount(ClusterStat stat) {
        cluster.counters().dec(stat);
    }

    boolean has(UpstreamHost host) {
        return cluster.has(host);
    }

    /** As {@link PodCluster#acquire}. */
    @Nullable PendingRequest acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            @Nullable String forHost,
            boolean fresh,
            boolean http2,
            HttpWaiter waiter) {
        HttpProtocol asked =
                switch (cluster.config().protocol()) {
                    case HTTP1 -> HttpProtocol.HTTP1;
                    case HTTP2 -> HttpProtocol.HTTP2;
                    case DOWNSTREAM -> http2 ? HttpProtocol.HTTP2 : HttpProtocol.HTTP1;
                };
        HostPool pool = host.pools().get(from, forHost, asked);
        if (pool == null) {
            pool = new HostPool(this, host, from, forHost, asked);
            host.pools().put(pool);
            pools.add(pool);
        }
        return pool.acquire(fresh, waiter);
    }

    /** It has neither connections nor requests. */
    void forget(HostPool pool) {
        pools.remove(pool);
        pool.host().pools().remove(pool);
    }

    ConnectionBooks newBooks() {
        return new ConnectionBooks(cluster.allCounters(), breaker().connections(), false);
    }

    void connect(HostPool pool, ConnectionBooks books, Connector.Waiter waiter) {
        connector.connect(
                cluster.config(),
                pool.host().endpoint(),
                pool.from(),
                null,
                pool.asked(),
                pool.forHost(),
                books,
                waiter);
    }

    /** Requests that one HTTP/2 connection surely takes. */
    int streamsOfNew() {
        long most = Http2Upstream.STREAMS_BEFORE_SETTINGS;
        if (config().maxConcurrentStreams() > 0) {
            most = Math.min(most, config().maxConcurrentStreams());
        }
        return (int) Math.min(most, requestsOfNew());
    }

    /** Requests that a connection may have in its life. */
    long requestsOfNew() {
        long most = config().policy().pool().maxRequestsPerConnection();
        return most == 0 ? Long.MAX_VALUE : most;
    }

    /** How long a connection may lie idle; {@code Long.MAX_VALUE}: for ever. */
    long idleNanos() {
        Duration configured = config().policy().pool().idleTimeout();
        if (configured == null) {
            return IDLE_NANOS - context.random().nextLong(IDLE_NANOS / 4);
        }
        return configured.isZero() ? Long.MAX_VALUE : configured.toNanos();
    }

    void add(UpstreamConnection upstream) {
        connections.add(upstream);
        Duration most = config().policy().pool().maxDuration();
        if (most != null) {
            upstream.origin().books().bound(context.loop(), most.toNanos(), upstream::retire);
        }
    }

    void closed(UpstreamConnection upstream, boolean underRequests) {
        if (connections.remove(upstream)) {
            upstream.origin().books().ended(underRequests);
            upstream.origin().pool().closed(upstream);
        }
    }

    /** Whether a connection that was asked for by {@code askedWith} would be made so now. */
    boolean isRight(Origin origin, Cluster askedWith) {
        return !closed
                && cluster.has(origin.host())
                && askedWith.transport().equals(config().transport())
                && askedWith.protocol() == config().protocol()
                && askedWith.policy().pool().equals(config().policy().pool())
                && stillRight(origin);
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

    /** The limits have changed: who waits need not wait any more. */
    void limitsChanged() {
        List.copyOf(pools).forEach(HostPool::changed);
    }

    void abortAll() {
        closed = true;
        List.copyOf(pools).forEach(pool -> pool.failWhoWaits(ResponseFlag.LOCAL_RESET));
        List.copyOf(connections).forEach(UpstreamConnection::abort);
    }

    boolean isClosed() {
        return closed;
    }
}
