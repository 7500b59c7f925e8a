package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ForwardedClientCert;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RouteDecision;
import dev.fairlead.agent.model.route.RouteTable;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Routes the requests of one connection that enters a pod: to the application, at the address that
 * was asked for.
 *
 * <p>Thread: the pod's loop.
 */
final class InboundRouter implements HttpRouter {

    private final PodRuntime pod;
    private final InetSocketAddress destination;
    private final InboundPeer peer;
    private final PickContext plainPick;
    private final HttpCounters counters;
    private FilterChain chain;
    private Filter.Http filter;
    private RequestStage[] stages;
    private @Nullable Listener listener;
    private final @Nullable String clientCertificate;
    private @Nullable RequestKinds series;
    private @Nullable Object seriesFor;

    InboundRouter(
            PodRuntime pod,
            FilterChain chain,
            Filter.Http filter,
            InetSocketAddress destination,
            InboundPeer peer) {
        this.pod = pod;
        this.chain = chain;
        this.filter = filter;
        this.listener = pod.snapshot().inbound().get(pod.uid());
        this.destination = destination;
        this.plainPick = new PickContext(destination);
        this.peer = peer;
        this.counters = pod.context().stats().http(pod.uid(), filter.statPrefix());
        this.stages = stages(filter);
        InboundHandler.Peer proven = peer.proven();
        this.clientCertificate =
                proven == null
                        ? null
                        : ForwardedClientCert.of(
                                pod.context().pod().identity(),
                                proven.certificateHash(),
                                proven.identity());
    }

    private RequestStage[] stages(Filter.Http current) {
        return RequestStages.of(
                current.manager(), pod.context().random(), pod.checks(), this::facts);
    }

    private Facts facts() {
        InboundHandler.Peer proven = peer.proven();
        return new Facts(
                peer.address(),
                destination,
                proven == null ? "" : proven.serverName(),
                proven == null ? null : proven.identity().uri(),
                peer::workload);
    }

    /** What holds for requests holds for the next one, on a connection of before too. */
    @SuppressWarnings("ReferenceEquality") // a changed listener is a new object
    private void followConfiguration() {
        Listener now = pod.snapshot().inbound().get(pod.uid());
        if (now == listener) {
            return;
        }
        listener = now;
        FilterChain successor = now == null ? null : now.successor(chain);
        if (successor != null && successor.filter() instanceof Filter.Http http) {
            chain = successor;
            filter = http;
            stages = stages(http);
        }
    }

    @Override
    public Target route(NettyRequestView view) {
        counters.counters().inc(HttpStat.RQ_TOTAL);
        followConfiguration();
        return switch (RouteDecision.decide(table(), view, Map.of())) {
            case RouteDecision.Matched(var _, Route route) -> target(route);
            case RouteDecision.NoVirtualHost(), RouteDecision.NoRoute(var _) -> {
                counters.counters().inc(HttpStat.NO_ROUTE);
                yield Target.Respond.unrouted(404, ResponseFlag.NO_ROUTE);
            }
        };
    }

    private @Nullable RouteTable table() {
        return switch (filter.routes()) {
            case Filter.Routes.Inline(RouteTable table) -> table;
            case Filter.Routes.Named(String name) -> pod.snapshot().routes().get(name);
        };
    }

    private Target target(Route route) {
        if (!(route.action() instanceof RouteAction.Forward forward)) {
            counters.counters().inc(HttpStat.RQ_DIRECT_RESPONSE);
            return new Target.Direct(route);
        }
        WeightedCluster share = forward.pick(pod.context().random());
        PodCluster cluster = pod.cluster(share.name());
        if (cluster == null) {
            counters.counters().inc(HttpStat.NO_CLUSTER);
            return new Target.Respond(503, "", ResponseFlag.NO_CLUSTER, route);
        }
        return new Target.Forward(cluster, route, forward, share);
    }

    @Override
    public void edit(HttpRequest request) {
        HttpHeaders headers = request.headers();
        PeerHeaders.remove(headers);
        RequestEdit.introduce(headers, this);
        InetAddress client = ForwardedFor.single(headers);
        if (client != null && pod.snapshot().workloads().at(client) != null) {
            headers.set(HeaderNames.X_ENVOY_INTERNAL, "true"); // the mesh is who is within
        }
        if (clientCertificate != null) {
            headers.set(HeaderNames.X_FORWARDED_CLIENT_CERT, clientCertificate);
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a new index is a new object
    public RequestKinds series(
            @Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual) {
        Object workloads = pod.snapshot().workloads();
        RequestKinds current = series;
        if (current == null || seriesFor != workloads) {
            current = peer.requestSeries();
            series = current;
            seriesFor = workloads;
        }
        return current;
    }

    @Override
    public RequestStage[] stages() {
        return stages;
    }

    @Override
    public HttpManager manager() {
        return filter.manager();
    }

    @Override
    public @Nullable PodCluster cluster(String name) {
        return pod.cluster(name);
    }

    @Override
    public MirrorCount mirrorCount() {
        return pod.mirrorCount();
    }

    @Override
    public @Nullable RouteCounters routeCounters(Route route) {
        String name = route.policy().statName();
        return name.isEmpty() ? null : pod.context().stats().route(pod.uid(), name);
    }

    @Override
    public RandomGenerator random() {
        return pod.context().random();
    }

    @Override
    public EventLoop loop() {
        return pod.context().loop();
    }

    @Override
    public String podName() {
        return pod.context().pod().name();
    }

    @Override
    public String podAddress() {
        return pod.context().pod().addresses().getFirst().getHostAddress();
    }

    @Override
    public InetSocketAddress destination() {
        return destination;
    }

    @Override
    public PickContext plainPick() {
        return plainPick;
    }

    @Override
    public boolean honoursControl() {
        return false;
    }

    @Override
    public @Nullable InetAddress from() {
        return peer.address();
    }

    @Override
    public Set<String> upgrades() {
        return filter.upgrades();
    }

    @Override
    public HttpCounters counters() {
        return counters;
    }
}
