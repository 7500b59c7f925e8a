package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Balancer;
import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.PeerLabels;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.WorkerStats.ClusterCounters;
import dev.fairlead.agent.data.upstream.UpstreamConnection.Origin;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.Workload;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as one pod uses it: its endpoints, their connections and its counters. Nothing of it is
 * shared with another pod.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class PodCluster {

    /** Below the keep-alive of common servers; up to a quarter is taken off by chance. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MAX_IDLE_PER_HOST = 512;

    private final PodContext context;
    private final Connector connector;
    private final ClusterCounters counters;
    private final Map<InetSocketAddress, UpstreamHost> hosts = new HashMap<>();
    private final Set<UpstreamConnection> connections = new HashSet<>();
    private Cluster config;
    private @Nullable Endpoints endpoints;
    private Balancer<UpstreamHost> balancer;
    private ServiceName service;

    public PodCluster(PodContext context, Cluster config, @Nullable Endpoints endpoints) {
        this.context = context;
        this.config = config;
        this.connector = new Connector(context);
        this.counters = context.stats().cluster(context.pod().uid(), config.statName());
        this.service = ServiceName.ofCluster(config.statName());
        this.balancer = () -> null;
        setEndpoints(endpoints);
    }

    /** Takes what a new snapshot says of the cluster. What did not change is the same object. */
    @SuppressWarnings("ReferenceEquality")
    public void install(Cluster now, @Nullable Endpoints nowEndpoints) {
        if (now != config) {
            boolean newTransport =
                    !now.transport().equals(config.transport())
                            || now.protocol() != config.protocol()
                            || now.proxyProtocol() != config.proxyProtocol();
            config = now;
            service = ServiceName.ofCluster(now.statName());
            if (newTransport) {
                retireAll();
            }
            setEndpoints(nowEndpoints);
        } else if (nowEndpoints != endpoints) {
            setEndpoints(nowEndpoints);
        }
        hosts.values().forEach(UpstreamHost::forgetSeries);
        retireWhatChanged();
    }

    /**
     * A connection that would now be made otherwise (with mTLS, another way, or not at all) serves
     * the request that it has and no other.
     */
    private void retireWhatChanged() {
        for (UpstreamConnection upstream : List.copyOf(connections)) {
            if (!stillRight(upstream.origin())) {
                upstream.retire();
            }
        }
    }

    private boolean stillRight(Origin made) {
        return made.from() != null
                || connector.wouldBeTheSame(
                        config,
                        made.host().endpoint(),
                        made.asked(),
                        made.account(),
                        made.mutual());
    }

    private void retireAll() {
        List.copyOf(connections).forEach(UpstreamConnection::retire);
    }

    private void setEndpoints(@Nullable Endpoints now) {
        endpoints = now;
        if (config.discovery() != Cluster.Discovery.EDS) {
            return;
        }
        List<Endpoint> list = now == null ? List.of() : now.list();
        Map<InetSocketAddress, Endpoint> wanted = new LinkedHashMap<>();
        list.forEach(endpoint -> wanted.put(endpoint.address(), endpoint));
        hosts.keySet().retainAll(wanted.keySet());
        for (UpstreamConnection upstream : List.copyOf(connections)) {
            if (!wanted.containsKey(upstream.origin().host().address())) {
                upstream.retire();
            }
        }
        List<UpstreamHost> candidates = new ArrayList<>(wanted.size());
        for (Endpoint endpoint : wanted.values()) {
            UpstreamHost host =
                    hosts.computeIfAbsent(endpoint.address(), _ -> new UpstreamHost(endpoint));
            host.become(endpoint);
            candidates.add(host);
        }
        balancer = Balancer.of(config.lbPolicy(), candidates, context.random());
        counters().set(ClusterStat.MEMBERSHIP_TOTAL, candidates.size());
        counters().set(ClusterStat.MEMBERSHIP_HEALTHY, candidates.size());
    }

    /**
     * The endpoint for the next request; null where there is none.
     *
     * @param originalDestination what the caller asked for
     */
    public @Nullable UpstreamHost pick(InetSocketAddress originalDestination) {
        UpstreamHost picked =
                switch (config.discovery()) {
                    case EDS -> balancer.pick();
                    case ORIGINAL_DESTINATION -> originalHost(originalDestination);
                    case EMPTY -> null;
                };
        if (picked == null) {
            counters().inc(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
        }
        return picked;
    }

    private UpstreamHost originalHost(InetSocketAddress destination) {
        UpstreamHost known = hosts.get(destination);
        if (known != null) {
            return known;
        }
        if (hosts.size() >= 1024) {
            hosts.values().removeIf(UpstreamHost::unused);
        }
        UpstreamHost host = new UpstreamHost(new Endpoint(destination, 1, false));
        hosts.put(destination, host);
        return host;
    }

    /** Who wants an HTTP connection. Exactly one of both is called, once; perhaps before return. */
    public interface HttpWaiter {
        void connected(UpstreamRequest upstream);

        void failed(ResponseFlag flag);
    }

    /**
     * An idle connection to {@code host}, a stream on one that has room, or a new one.
     *
     * @param fresh an idle connection will not do
     * @param from caller's address that the application shall see; null: the pod's own
     * @param http2 what the client speaks
     */
    public void acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            boolean fresh,
            boolean http2,
            HttpWaiter waiter) {
        HttpProtocol asked =
                switch (config.protocol()) {
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
        counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
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
        Cluster askedWith = config;
        connector.connect(
                config,
                host.endpoint(),
                from,
                null,
                asked,
                counters(),
                new Connector.Waiter() {
                    @Override
                    public void connected(
                            Channel channel, @Nullable DestinationAccount account, boolean mutual) {
                        host.removeOpening(attempt);
                        opened(
                                new Origin(
                                        PodCluster.this,
                                        host,
                                        channel,
                                        from,
                                        asked,
                                        account,
                                        mutual),
                                askedWith,
                                attempt.waiters());
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        host.removeOpening(attempt);
                        for (HttpWaiter each : attempt.waiters()) {
                            counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
                            counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
                            each.failed(flag);
                        }
                    }
                });
    }

    /** Requests that may wait for one HTTP/2 connection. */
    private int streamsOfNew() {
        int most = config.maxConcurrentStreams();
        return most == 0 ? Http2Upstream.STREAMS_BEFORE_SETTINGS : Math.min(most, 100);
    }

    /** The configuration may have changed while it was being made. */
    private void opened(Origin origin, Cluster askedWith, List<HttpWaiter> waiters) {
        boolean wrong =
                !askedWith.transport().equals(config.transport())
                        || askedWith.protocol() != config.protocol()
                        || !stillRight(origin);
        counters().inc(ClusterStat.UPSTREAM_CX_TOTAL);
        counters().inc(ClusterStat.UPSTREAM_CX_ACTIVE);
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
        counters().inc(ClusterStat.UPSTREAM_CX_HTTP2_TOTAL);
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
            counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
            waiters.get(i).connected(streams.get(i));
        }
    }

    private void openedHttp1(Origin origin, boolean wrong, List<HttpWaiter> waiters) {
        counters().inc(ClusterStat.UPSTREAM_CX_HTTP1_TOTAL);
        Http1Upstream upstream = new Http1Upstream(origin);
        connections.add(upstream);
        if (wrong) {
            upstream.retireAfterNext();
        }
        counters().dec(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        waiters.getFirst().connected(upstream);
        for (HttpWaiter other : waiters.subList(1, waiters.size())) {
            open(origin.host(), origin.from(), origin.asked(), other); // each needs its own
        }
    }

    /** Who wants an opaque connection. Exactly one of both is called, once. */
    public interface TcpWaiter {

        /**
         * @param account of the destination's side where it took the short way
         */
        void connected(Channel channel, @Nullable DestinationAccount account, boolean mutual);

        void failed(ResponseFlag flag);
    }

    /**
     * A new opaque connection to {@code host}.
     *
     * @param origin what a PROXY header says where one is due; null: the connection's own ends
     */
    public void connectTcp(
            UpstreamHost host,
            @Nullable InetAddress from,
            @Nullable ProxyHeader origin,
            TcpWaiter waiter) {
        host.began();
        connector.connect(
                config,
                host.endpoint(),
                from,
                origin,
                null,
                counters(),
                new Connector.Waiter() {
                    @Override
                    public void connected(
                            Channel channel, @Nullable DestinationAccount account, boolean mutual) {
                        counters().inc(ClusterStat.UPSTREAM_CX_TOTAL);
                        counters().inc(ClusterStat.UPSTREAM_CX_ACTIVE);
                        channel.closeFuture()
                                .addListener(_ -> {
                                    host.ended();
                                    counters().dec(ClusterStat.UPSTREAM_CX_ACTIVE);
                                    counters().inc(ClusterStat.UPSTREAM_CX_DESTROY);
                                });
                        waiter.connected(channel, account, mutual);
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        host.ended();
                        waiter.failed(flag);
                    }
                });
    }

    void release(Http1Upstream upstream) {
        UpstreamHost host = upstream.origin().host();
        if (hosts.get(host.address()) != host || host.idleCount() >= MAX_IDLE_PER_HOST) {
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
            counters().dec(ClusterStat.UPSTREAM_CX_ACTIVE);
            counters().inc(ClusterStat.UPSTREAM_CX_DESTROY);
        }
    }

    /**
     * The cluster is gone from the configuration: idle connections close, busy ones when they end.
     */
    public void retire() {
        retireAll();
        hosts.clear();
    }

    /** The pod is gone: everything closes. */
    public void close() {
        List.copyOf(connections).forEach(UpstreamConnection::abort);
        hosts.clear();
    }

    public Counters<ClusterStat> counters() {
        return counters.counters();
    }

    public ClusterCounters allCounters() {
        return counters;
    }

    public Cluster config() {
        return config;
    }

    /** Where requests to {@code host} are counted in Istio's words, as their source sees them. */
    public RequestKinds requestSeries(@Nullable UpstreamHost host, boolean mutual) {
        if (host == null) {
            return new RequestKinds(context.stats(), labels(null, false, "http"));
        }
        RequestKinds series = host.requestSeries;
        if (series == null || series.labels().mutualTls() != mutual) {
            series = new RequestKinds(context.stats(), labels(host, mutual, "http"));
            host.requestSeries = series;
        }
        return series;
    }

    /** Likewise for opaque connections. */
    public TcpSeries tcpSeries(@Nullable UpstreamHost host, boolean mutual) {
        if (host == null) {
            return context.stats().connections(labels(null, false, "tcp"));
        }
        TcpSeries series = host.tcpSeries;
        if (series == null || series.labels().mutualTls() != mutual) {
            series = context.stats().connections(labels(host, mutual, "tcp"));
            host.tcpSeries = series;
        }
        return series;
    }

    private SeriesLabels labels(@Nullable UpstreamHost host, boolean mutual, String protocol) {
        var workloads = context.snapshot().get().workloads();
        Workload self = workloads.withUid(context.pod().uid());
        Workload other = host == null ? null : workloads.at(host.address().getAddress());
        String ownPrincipal = mutual ? context.pod().identity().uri() : "";
        String otherPrincipal = mutual && other != null ? other.identity().uri() : "";
        return new SeriesLabels(
                SeriesLabels.Reporter.SOURCE,
                PeerLabels.of(self, ownPrincipal),
                PeerLabels.of(other, otherPrincipal),
                service.host(),
                service.name(),
                service.namespace(),
                protocol,
                mutual);
    }
}
