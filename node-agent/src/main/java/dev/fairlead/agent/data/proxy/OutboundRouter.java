package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.Filter;
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
