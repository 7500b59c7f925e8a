package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.policy.CheckedRequest;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.upstream.Crossing;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.route.RoutePolicy;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Routes the requests of one connection that leaves a pod, by Host among its scope's virtual hosts.
 *
 * <p>Thread: the pod's loop.
 */
final class OutboundRouter extends PodRouter {

    OutboundRouter(PodRuntime pod, Filter.Http filter, InetSocketAddress destination) {
        super(pod, filter, destination, facts(pod, destination));
    }

    private static Facts facts(PodRuntime pod, InetSocketAddress destination) {
        InetAddress own = pod.context().pod().addresses().getFirst();
        return new Facts(own, destination, "", null, pod::workload);
    }

    @Override
    public void receive(HttpRequest request) {
        PeerHeaders.remove(request.headers());
    }

    @Override
    public Target route(NettyRequestView view) {
        return route(view, pod.labels());
    }

    /** By the destination's own rules, where the request took the short way. */
    @Override
    public @Nullable String revocation(HttpExchange exchange) {
        DestinationAccount account = exchange.account();
        Crossing crossing = account == null ? null : account.crossing();
        if (crossing == null) {
            return null;
        }
        FilterChain now = crossing.chain();
        if (now == null) {
            return "filter_chain_not_found";
        }
        return now.filter() instanceof Filter.Http http
                ? RequestChecks.refuses(
                        http.manager().checks(),
                        RoutePolicy.NONE,
                        new CheckedRequest(
                                crossing.facts(), new NettyRequestView(exchange.request())))
                : null;
    }

    @Override
    public void edit(HttpRequest request) {
        RequestEdit.introduce(request.headers(), this);
    }

    @Override
    public RequestKinds series(
            @Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual) {
        return cluster != null
                ? cluster.requestSeries(host, mutual)
                : new RequestKinds(
                        pod.context().stats(), SeriesLabels.unrouted(pod.workload(), "http"));
    }

    @Override
    public boolean honoursControl() {
        return true;
    }

    @Override
    public @Nullable InetAddress from() {
        return null;
    }
}
