package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.http.HostSyntax;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.PeerLabels;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.WorkerStats.ClusterCounters;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.Workload;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as one pod uses it: its endpoints, their connections and its counters. Nothing of it is
 * shared with another pod.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class PodCluster {

    private final PodContext context;
    private final Connector connector;
    private final ClusterCounters counters;
    private final ClusterHosts hosts;
    private final CircuitBreaker breaker;
    private final HttpPool pool;
    private final TcpPool tcpPool;
    private Cluster config;
    private @Nullable Endpoints endpoints;
    private ServiceName service;
    private boolean byHost;

    public PodCluster(PodContext context, Cluster config, @Nullable Endpoints endpoints) {
        this.context = context;
        this.config = config;
        this.connector = new Connector(context);
        this.pool = new HttpPool(this, context, connector);
        this.tcpPool = new TcpPool(this, connector);
        this.counters = context.stats().cluster(context.pod().uid(), config.statName());
        this.breaker =
                new CircuitBreaker(
                        config.name(), context.nodeLimits(), counters.counters(), context.nanos());
        this.breaker.install(config.policy().breakers());
        this.service = ServiceName.ofCluster(config.statName());
        this.byHost = goesByHost(config);
        this.hosts = new ClusterHosts(context, counters.counters(), config);
        setEndpoints(endpoints);
    }

    /** Takes what a new snapshot says of the cluster. What did not change is the same object. */
    @SuppressWarnings("ReferenceEquality")
    public void install(Cluster now, @Nullable Endpoints nowEndpoints) {
        if (now != config) {
            boolean newTransport =
                    !now.transport().equals(config.transport())
                            || now.protocol() != config.protocol()
                            || now.proxyProtocol() != config.proxyProtocol()
                            || !now.policy().pool().equals(config.policy().pool());
            config = now;
            breaker.install(now.policy().breakers());
            service = ServiceName.ofCluster(now.statName());
            byHost = goesByHost(now);
            if (newTransport) {
                pool.retireAll();
            }
            setEndpoints(nowEndpoints);
        } else if (nowEndpoints != endpoints) {
            setEndpoints(nowEndpoints);
        }
        hosts.all().forEach(UpstreamHost::forgetSeries);
        pool.retireWhatChanged();
        pool.limitsChanged();
    }

    private void setEndpoints(@Nullable Endpoints now) {
        endpoints = now;
        if (config.discovery() != Cluster.Discovery.EDS) {
            hosts.install(config);
            return;
        }
        hosts.install(config, now);
        pool.keepOnly(hosts.addresses());
    }

    /** The endpoint for the next request or retry; null where there is none. */
    public @Nullable UpstreamHost pick(PickContext request) {
        UpstreamHost picked =
                switch (config.discovery()) {
                    case EDS -> hosts.pick(request);
                    case ORIGINAL_DESTINATION -> hosts.at(request.destination());
                    case EMPTY -> null;
                };
        if (picked == null) {
            counters().inc(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
        }
        return picked;
    }

    private static boolean goesByHost(Cluster config) {
        return config.transport() instanceof UpstreamTransport.Originated(TlsOrigination tls)
                && tls.byHost();
    }

    /**
     * For which host a request's connection must have been made: of its Host header, without a
     * port; null where any will do.
     */
    private @Nullable String host(HttpHeaders request) {
        return byHost ? HostSyntax.host(request.get(HttpHeaderNames.HOST)) : null;
    }

    /** Who wants an HTTP connection. Exactly one of both is called, once; perhaps before return. */
    public interface HttpWaiter {
        void connected(UpstreamRequest upstream);

        void failed(ResponseFlag flag);
    }

    /**
     * An idle connection to {@code host}, a stream on one that has room, or a new one; where there
     * may be no more of them, the first that is free.
     *
     * @param fresh an idle connection will not do
     * @param from caller's address that the application shall see; null: the pod's own
     * @param http2 what the client speaks
     * @param request whose Host may decide which connections it can have
     * @return what waits now; null: {@code waiter} has heard already
     */
    public @Nullable PendingRequest acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            boolean fresh,
            boolean http2,
            HttpHeaders request,
            HttpWaiter waiter) {
        return pool.acquire(host, from, host(request), fresh, http2, waiter);
    }

    /** Likewise, for no host in particular. */
    public @Nullable PendingRequest acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            boolean fresh,
            boolean http2,
            HttpWaiter waiter) {
        return pool.acquire(host, from, null, fresh, http2, waiter);
    }

    /**
     * Asks to send a request once more; each yes is given back by {@link #retryEnded} when that try
     * has ended. Source: Envoy, "Circuit breaking", maximum concurrent retries.
     */
    public boolean tryRetry() {
        return breaker.tryRetry();
    }

    public void retryEnded() {
        breaker.retryEnded();
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
        tcpPool.connect(host, from, origin, waiter);
    }

    /**
     * The cluster is gone from the configuration: idle connections close, busy ones when they end.
     */
    public void retire() {
        hosts.clear();
        pool.retireAll();
        breaker.withdraw();
    }

    /** The pod is gone: everything closes. */
    public void close() {
        hosts.clear();
        pool.abortAll();
        breaker.withdraw();
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** Whether {@code host} is still one that requests may go to. */
    boolean has(UpstreamHost host) {
        return hosts.has(host);
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
