package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Nobody is on this node. */
final class OnTheWire implements SameNode {

    @Override
    public Way way(
            LocalPod source,
            InetSocketAddress to,
            @Nullable UpstreamTls mutual,
            @Nullable HttpProtocol http) {
        return new Way.Wire();
    }

    @Override
    public void entered(LocalPod destination, Channel channel) {
        throw new AssertionError("nobody can be entered");
    }
}
