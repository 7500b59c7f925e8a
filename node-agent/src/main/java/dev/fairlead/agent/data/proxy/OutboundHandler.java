package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection that leaves a pod: its scope's listener gives the filter chain, by original
 * destination and, where a chain asks for it, by the first bytes; the chain routes it by Host, or
 * by address.
 *
 * <p>Thread: the pod's loop.
 */
final class OutboundHandler {

    private final PodRuntime pod;
    private final ChainSelection selection;

    OutboundHandler(PodRuntime pod) {
        this.pod = pod;
        this.selection =
                new ChainSelection(
                        pod, pod.outboundStats(), () -> pod.snapshot().outbound().get(pod.scope()));
    }

    void accept(Channel channel, InetSocketAddress destination) {
        selection.choose(channel, destination, chain -> serve(channel, destination, chain));
    }

    /** The listener may be there now. */
    void configurationChanged() {
        selection.retryHeld();
    }

    private void serve(Channel channel, InetSocketAddress destination, FilterChain chain) {
        switch (chain.filter()) {
            case Filter.Http http ->
                    HttpEntry.install(channel, new OutboundRouter(pod, http, destination));
            case Filter.Tcp tcp ->
                    TcpProxy.serve(pod, channel, tcp, destination, null, this::series);
        }
    }

    private TcpSeries series(
            @Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual) {
        return cluster != null
                ? cluster.tcpSeries(host, mutual)
                : pod.context().stats().connections(SeriesLabels.unrouted(pod.workload(), "tcp"));
    }
}
