package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What outbound and inbound requests of one connection differ in. */
interface HttpRouter {

    /** Where the request goes. */
    sealed interface Target {

        /** The route that took the request; null: none did. */
        @Nullable Route route();

        /** What of its action was picked; null: the route sends nothing on. */
        RouteAction.@Nullable WeightedCluster share();

        /**
         * To an endpoint of {@code cluster}, as {@code route} says.
         *
         * @param action what of the route is not said by {@code cluster}
         * @param share of the action that was picked
         */
        record Forward(
                PodCluster cluster,
                Route route,
                RouteAction.Forward action,
                RouteAction.WeightedCluster share)
                implements Target {}

        /** Nowhere: it is answered here, as its route says. */
        record Direct(Route route) implements Target {

            @Override
            public RouteAction.@Nullable WeightedCluster share() {
                return null;
            }
        }

        /** Nowhere: it is answered here, as it cannot go where it should. */
        record Respond(
                int status,
                String body,
                ResponseFlag flag,
                @Nullable Route route,
                RouteAction.@Nullable WeightedCluster share)
                implements Target {

            static Respond unrouted(int status, ResponseFlag flag) {
                return new Respond(status, "", flag, null, null);
            }
        }
    }

    /**
     * A request has come: what its sender may not say goes, what is proven of it is added, and what
     * holds for it is what is configured now.
     */
    void receive(HttpRequest request);

    Target route(NettyRequestView view);

    /** What a request meets before it is sent on, in order. */
    RequestStage[] stages();

    /**
     * Why a request under way would be refused by what is configured now; null: it would not. It is
     * asked about as it was sent on.
     */
    @Nullable String revocation(HttpExchange exchange);

    /** What is done with all requests. */
    HttpManager manager();

    /** Another cluster of the pod; null: there is none of that name. */
    @Nullable PodCluster cluster(String name);

    MirrorCount mirrorCount();

    /** Where a route's requests are counted; null: it does not ask for it. */
    @Nullable RouteCounters routeCounters(Route route);

    RandomGenerator random();

    EventLoop loop();

    /** What its pod holds of the agent. */
    PodLoad load();

    String podName();

    String podAddress();

    /** SPIFFE ID of the pod. */
    String podIdentity();

    /** Adds what the next hop is to know. */
    void edit(HttpRequest request);

    /** Where the ended request is counted in Istio's words. */
    RequestKinds series(@Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual);

    /** The address that the caller asked for. */
    InetSocketAddress destination();

    /** For requests of which nothing but their destination decides the endpoint. */
    PickContext plainPick();

    /** Whether who sends requests may say how they are retried and when they time out. */
    boolean honoursControl();

    /** Caller's address that the application shall see; null: the pod's own. */
    @Nullable InetAddress from();

    /** Protocols that routes may change to unless they say otherwise. */
    Set<String> upgrades();

    HttpCounters counters();
}
