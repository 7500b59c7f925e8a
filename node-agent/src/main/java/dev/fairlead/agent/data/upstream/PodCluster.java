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
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.Workload;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<InetSocketAddress, UpstreamHost> hosts = new HashMap<>();
    private final CircuitBreaker breaker;
    private final HttpPool pool;
    private final TcpPool tcpPool;
    private Cluster config;
    private @Nullable Endpoints endpoints;
    private Balancer<UpstreamHost> balancer;
    private ServiceName service;

    public PodCluster(PodContext context, Cluster config, @Nullable Endpoints endpoints) {
        this.context = context;
        this.config = config;
        this.connector = new Connector(context);
        this.pool = new HttpPool(this, context, connector);
        this.tcpPool = new TcpPool(this, connector);
        this.counters = context.stats().cluster(context.pod().uid(), config.statName());
        this.breaker = new CircuitBreaker(config.name(), context.nodeLimits(), counters.counters());
        this.breaker.install(config.policy().breakers());
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
                            || now.proxyProtocol() != config.proxyProtocol()
                            || !now.policy().pool().equals(config.policy().pool());
            config = now;
            breaker.install(now.policy().breakers());
            service = ServiceName.ofCluster(now.statName());
            if (newTransport) {
                pool.retireAll();
            }
            setEndpoints(nowEndpoints);
        } else if (nowEndpoints != endpoints) {
            setEndpoints(nowEndpoints);
        }
        hosts.values().forEach(UpstreamHost::forgetSeries);
        pool.retireWhatChanged();
        pool.limitsChanged();
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
        pool.keepOnly(wanted.keySet());
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

    /** The endpoint for the next request or retry; null where there is none. */
    public @Nullable UpstreamHost pick(PickContext request) {
        UpstreamHost picked =
                switch (config.discovery()) {
                    case EDS -> untried(request);
                    case ORIGINAL_DESTINATION -> originalHost(request.destination());
                    case EMPTY -> null;
                };
        if (picked == null) {
            counters().inc(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
        }
        return picked;
    }

    /** One that was not tried, if it is found soon. */
    private @Nullable UpstreamHost untried(PickContext request) {
        UpstreamHost picked = balancer.pick();
        for (int i = 1; i < request.hostAttempts() && request.tried().contains(picked); i++) {
            picked = balancer.pick();
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
     * An idle connection to {@code host}, a stream on one that has room, or a new one; where there
     * may be no more of them, the first that is free.
     *
     * @param fresh an idle connection will not do
     * @param from caller's address that the application shall see; null: the pod's own
     * @param http2 what the client speaks
     * @return what waits now; null: {@code waiter} has heard already
     */
    public @Nullable PendingRequest acquire(
            UpstreamHost host,
            @Nullable InetAddress from,
            boolean fresh,
            boolean http2,
            HttpWaiter waiter) {
        return pool.acquire(host, from, fresh, http2, waiter);
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
        return hosts.get(host.address()) == host;
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
