package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RouteDecision;
import dev.fairlead.agent.model.route.RouteTable;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Routes the requests of one connection of a pod by the routes of its HTTP filter. The route table
 * is the current one at each request.
 *
 * <p>Thread: the pod's loop.
 */
abstract sealed class PodRouter implements HttpRouter permits InboundRouter, OutboundRouter {

    private static final Target NO_ROUTE = Target.Respond.unrouted(404, ResponseFlag.NO_ROUTE);

    protected final PodRuntime pod;
    private final InetSocketAddress destination;
    private final PickContext plainPick;
    private final HttpCounters counters;
    private Filter.Http filter;
    private RequestStage[] stages;

    /**
     * @param destination that the connection was made to
     */
    PodRouter(PodRuntime pod, Filter.Http filter, InetSocketAddress destination, Facts facts) {
        this.pod = pod;
        this.filter = filter;
        this.destination = destination;
        this.plainPick = new PickContext(destination);
        this.counters = pod.context().stats().http(pod.uid(), filter.statPrefix());
        this.stages = stages(filter, facts);
    }

    /** What holds for requests from now on. */
    void follow(Filter.Http now, Facts facts) {
        filter = now;
        stages = stages(now, facts);
    }

    private RequestStage[] stages(Filter.Http current, Facts facts) {
        return RequestStages.of(
                current.manager(), pod.context().random(), pod.checks(), pod.tokens(), facts, this);
    }

    /** Where the request goes; {@code labels} are those of who sends it. */
    Target route(NettyRequestView view, Map<String, String> labels) {
        counters.counters().inc(HttpStat.RQ_TOTAL);
        return switch (RouteDecision.decide(table(), view, labels)) {
            case RouteDecision.Matched(var _, Route route) -> target(route);
            case RouteDecision.NoVirtualHost(), RouteDecision.NoRoute(var _) -> {
                counters.counters().inc(HttpStat.NO_ROUTE);
                yield NO_ROUTE;
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
            return new Target.Respond(503, "", ResponseFlag.NO_CLUSTER, route, share);
        }
        return new Target.Forward(cluster, route, forward, share);
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
    public PodLoad load() {
        return pod.load();
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
    public String podIdentity() {
        return pod.context().pod().identity().uri();
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
    public Set<String> upgrades() {
        return filter.upgrades();
    }

    @Override
    public HttpCounters counters() {
        return counters;
    }
}
