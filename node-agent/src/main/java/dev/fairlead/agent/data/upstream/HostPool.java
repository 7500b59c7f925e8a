package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.upstream.PodCluster.HttpWaiter;
import dev.fairlead.agent.data.upstream.UpstreamConnection.Origin;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one endpoint in one version of HTTP, and the requests that wait for one: they are
 * served in the order in which they came, by whatever connection is free or new. There are no more
 * connections than those that wait need and the cluster may have; an endpoint without any always
 * gets one.
 *
 * <p>Source: Envoy, "Connection pooling", "Circuit breaking". Owner: the pod's worker loop.
 */
final class HostPool {

    private static final int MAX_IDLE = 512;

    private final HttpPool cluster;
    private final UpstreamHost host;
    private final @Nullable InetAddress from;
    private final @Nullable String forHost;
    private final HttpProtocol asked;
    private final ArrayDeque<Http1Upstream> idle = new ArrayDeque<>(); // newest first
    private final List<Http2Upstream> multiplexed = new ArrayList<>(1);
    private final PendingQueue pending = new PendingQueue();
    private int connections;
    private int streamsBeingMade;
    private boolean speaksHttp1;
    private boolean servingSoon;
    private long lastNumber;

    /**
     * @param from caller's address that the endpoint sees; null: the pod's own
     * @param forHost whose requests it serves; null: any
     */
    HostPool(
            HttpPool cluster,
            UpstreamHost host,
            @Nullable InetAddress from,
            @Nullable String forHost,
            HttpProtocol asked) {
        this.cluster = cluster;
        this.host = host;
        this.from = from;
        this.forHost = forHost;
        this.asked = asked;
        this.speaksHttp1 = asked == HttpProtocol.HTTP1;
    }

    HttpPool cluster() {
        return cluster;
    }

    UpstreamHost host() {
        return host;
    }

    @Nullable InetAddress from() {
        return from;
    }

    @Nullable String forHost() {
        return forHost;
    }

    HttpProtocol asked() {
        return asked;
    }

    /** As {@link PodCluster#acquire}. */
    @Nullable PendingRequest acquire(boolean fresh, HttpWaiter waiter) {
        if (!pending.isEmpty()) {
            serve();
        }
        Http2Upstream shared = withRoom();
        if (shared != null || !fresh && hasIdle()) {
            if (cluster.breaker().requests().tryAcquire()) {
                waiter.connected(shared == null ? idle.removeFirst().lend() : shared.lend());
            } else {
                overflow(waiter, ClusterStat.UPSTREAM_RQ_ACTIVE_OVERFLOW);
            }
            return null;
        }
        if (!cluster.breaker().pending().tryAcquire()) {
            overflow(waiter, ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            return null;
        }
        cluster.count(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.count(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        var request = new PendingRequest(this, waiter, cluster.config(), ++lastNumber);
        pending.add(request);
        if (!connectAsNeeded() && fresh && hasIdle()) {
            idle.removeFirst().close(); // it makes room for a fresh one
        }
        return request.waits ? request : null;
    }

    private void overflow(HttpWaiter waiter, ClusterStat counted) {
        cluster.count(counted);
        waiter.failed(ResponseFlag.UPSTREAM_OVERFLOW);
    }

    private boolean hasIdle() {
        while (!idle.isEmpty()) {
            if (idle.getFirst().isOpen()) {
                return true;
            }
            idle.removeFirst(); // its end is about to be heard
        }
        return false;
    }

    /** The connection with the fewest streams, of those with room. */
    private @Nullable Http2Upstream withRoom() {
        Http2Upstream best = null;
        for (int i = 0; i < multiplexed.size(); i++) {
            Http2Upstream each = multiplexed.get(i);
            if (each.hasRoom() && (best == null || each.load() < best.load())) {
                best = each;
            }
        }
        return best;
    }

    /** Makes connections for those that wait; false: there may not be as many as they need. */
    boolean connectAsNeeded() {
        while (pending.size() > streamsBeingMade && !cluster.isClosed()) {
            Limit limit = cluster.breaker().connections();
            boolean allowed = limit.tryAcquire();
            if (!allowed) {
                cluster.count(ClusterStat.UPSTREAM_CX_OVERFLOW);
                if (connections > 0) {
                    return false;
                }
                limit.acquire(); // else those that wait would wait for ever
            }
            connect();
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private void connect() {
        int streams = speaksHttp1 ? 1 : cluster.streamsOfNew();
        connections++;
        streamsBeingMade += streams;
        Cluster askedWith = cluster.config();
        ConnectionBooks books = cluster.newBooks();
        cluster.count(
                asked == HttpProtocol.HTTP2
                        ? ClusterStat.UPSTREAM_CX_HTTP2_TOTAL
                        : ClusterStat.UPSTREAM_CX_HTTP1_TOTAL);
        cluster.connect(
                this,
                books,
                new Connector.Waiter() {
                    @Override
                    public void connected(
                            Channel channel, @Nullable DestinationAccount account, boolean mutual) {
                        streamsBeingMade -= streams;
                        books.connected();
                        opened(
                                new Origin(HostPool.this, books, channel, account, mutual),
                                askedWith);
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        streamsBeingMade -= streams;
                        connections--;
                        books.ended(false);
                        failWhoWaits(flag);
                        connectAsNeeded();
                        forgetIfEmpty();
                    }
                });
    }

    /** The configuration may have changed while it was being made. */
    @SuppressWarnings("ReferenceEquality") // the very configuration that it was made by
    private void opened(Origin origin, Cluster askedWith) {
        speaksHttp1 = origin.speaks() == HttpProtocol.HTTP1;
        boolean right = cluster.isRight(origin, askedWith);
        if (speaksHttp1) {
            Http1Upstream one = new Http1Upstream(origin);
            cluster.add(one);
            idle.addFirst(one);
            if (right) {
                serve();
                rest(one);
                connectAsNeeded();
                return;
            }
            serveOnly(askedWith);
            idle.remove(one);
            one.retire();
        } else {
            Http2Upstream many = new Http2Upstream(origin);
            cluster.add(many);
            multiplexed.add(many);
            if (right) {
                serve();
                connectAsNeeded();
                return;
            }
            serveOnly(askedWith);
            many.retire();
        }
        connectAsNeeded();
    }

    private void rest(Http1Upstream one) {
        if (one.isIdle()) {
            one.rest(cluster.idleNanos());
        }
    }

    /** Those that wait get what is free. */
    void serve() {
        while (!pending.isEmpty() && serveFirst()) {
            // the next
        }
    }

    /** Those that asked before the configuration changed. */
    @SuppressWarnings("ReferenceEquality")
    private void serveOnly(Cluster askedWith) {
        PendingRequest first = pending.first();
        while (first != null && first.askedWith() == askedWith && serveFirst()) {
            first = pending.first();
        }
    }

    private boolean serveFirst() {
        Http2Upstream shared = withRoom();
        PendingRequest first = pending.first();
        if (first == null || shared == null && !hasIdle()) {
            return false;
        }
        noLongerPending(first);
        if (cluster.breaker().requests().tryAcquire()) {
            first.waiter().connected(shared == null ? idle.removeFirst().lend() : shared.lend());
        } else {
            overflow(first.waiter(), ClusterStat.UPSTREAM_RQ_ACTIVE_OVERFLOW);
        }
        return true;
    }

    private void noLongerPending(PendingRequest request) {
        pending.remove(request);
        cluster.breaker().pending().release();
        cluster.uncount(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
    }

    void cancelled(PendingRequest request) {
        cluster.count(ClusterStat.UPSTREAM_RQ_CANCELLED);
        noLongerPending(request);
        forgetIfEmpty();
    }

    /** All that wait now, but none that asks anew because of it. */
    void failWhoWaits(ResponseFlag flag) {
        long upTo = lastNumber;
        for (PendingRequest first = pending.first();
                first != null && first.number <= upTo;
                first = pending.first()) {
            noLongerPending(first);
            cluster.count(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
            host.failed(flag);
            first.waiter().failed(flag);
        }
    }

    /** A connection has nothing to do. */
    void free(Http1Upstream one) {
        if (!cluster.has(host) || idle.size() >= MAX_IDLE) {
            one.close();
            return;
        }
        idle.addFirst(one);
        serve();
        rest(one);
    }

    /** A stream has ended; the codec is about to know it too. */
    void hasRoom(Http2Upstream many) {
        if (!pending.isEmpty() && !servingSoon) {
            servingSoon = true;
            many.origin()
                    .channel()
                    .eventLoop()
                    .execute(() -> {
                        servingSoon = false;
                        serve();
                    });
        }
    }

    /** The peer has said how much it takes. */
    void changed() {
        serve();
        connectAsNeeded();
    }

    /** It takes no new requests. */
    void left(Http2Upstream many) {
        multiplexed.remove(many);
    }

    void closed(UpstreamConnection upstream) {
        switch (upstream) {
            case Http1Upstream one -> idle.remove(one);
            case Http2Upstream many -> multiplexed.remove(many);
        }
        connections--;
        connectAsNeeded();
        forgetIfEmpty();
    }

    private void forgetIfEmpty() {
        if (connections == 0 && pending.isEmpty()) {
            cluster.forget(this);
        }
    }
}
