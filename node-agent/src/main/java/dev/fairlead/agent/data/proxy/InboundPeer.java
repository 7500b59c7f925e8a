package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.stats.PeerLabels;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.upstream.ServiceName;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who calls a pod: the address, what the control plane knows of it, and the identity where mTLS
 * proved one. A workload that may not prove that identity is not taken for the caller.
 */
record InboundPeer(PodRuntime pod, InetAddress address, InboundHandler.@Nullable Peer proven) {

    @Nullable Workload workload() {
        Workload at = pod.snapshot().workloads().at(address);
        if (at != null && proven != null && !at.identities().contains(proven.identity())) {
            return null;
        }
        return at;
    }

    /** What rules may ask of a connection of it. */
    Facts facts(InetSocketAddress destination) {
        return new Facts(
                address,
                destination,
                proven == null ? "" : proven.serverName(),
                proven == null ? null : proven.identity().uri(),
                this::workload);
    }

    RequestKinds requestSeries() {
        return new RequestKinds(
                pod.context().stats(),
                labels(pod.workload(), pod.context().pod(), workload(), identity(), "http"));
    }

    TcpSeries tcpSeries() {
        return pod.context()
                .stats()
                .connections(
                        labels(pod.workload(), pod.context().pod(), workload(), identity(), "tcp"));
    }

    private @Nullable SpiffeId identity() {
        return proven == null ? null : proven.identity();
    }

    /** Labels of what {@code destination} receives. */
    static SeriesLabels labels(
            @Nullable Workload self,
            LocalPod destination,
            @Nullable Workload source,
            @Nullable SpiffeId proven,
            String protocol) {
        boolean mutual = proven != null;
        ServiceName service =
                ServiceName.ofHost(
                        self == null || self.services().isEmpty()
                                ? ""
                                : self.services().getFirst());
        return new SeriesLabels(
                SeriesLabels.Reporter.DESTINATION,
                PeerLabels.of(source, proven == null ? "" : proven.uri()),
                PeerLabels.of(self, mutual ? destination.identity().uri() : ""),
                service.host(),
                service.name(),
                service.namespace(),
                protocol,
                mutual);
    }
}
