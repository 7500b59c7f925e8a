package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What outbound and inbound requests of one connection differ in. */
interface HttpRouter {

    /** Where the request goes. */
    sealed interface Target {

        /**
         * To an endpoint of {@code cluster}, as {@code route} says.
         *
         * @param action what of the route is not said by {@code cluster}
         */
        record Forward(PodCluster cluster, Route route, RouteAction.Forward action)
                implements Target {}

        /** Nowhere: it is answered here. */
        record Respond(int status, String body, ResponseFlag flag) implements Target {}
    }

    Target route(NettyRequestView view);

    /** Removes what the sender may not say, and adds what we know. */
    void edit(HttpRequest request);

    /** Where the ended request is counted in Istio's words. */
    RequestKinds series(@Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual);

    /** The address that the caller asked for. */
    InetSocketAddress destination();

    /** Caller's address that the application shall see; null: the pod's own. */
    @Nullable InetAddress from();

    /** Protocols that routes may change to unless they say otherwise. */
    Set<String> upgrades();

    HttpCounters counters();
}
