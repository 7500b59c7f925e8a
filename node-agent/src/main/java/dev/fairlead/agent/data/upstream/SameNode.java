package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which way a connection takes: the wire, or the short way to a pod of this node. The short way
 * first computes what the wire would have carried and what the other side's policy would have said
 * to it.
 */
public interface SameNode {

    /**
     * @param mutual client side of the mTLS that the wire would have carried; null: plaintext
     * @param http which HTTP the caller speaks, and routes; null: its bytes are not looked at
     */
    Way way(
            LocalPod source,
            InetSocketAddress to,
            @Nullable UpstreamTls mutual,
            @Nullable HttpProtocol http);

    /** A connection was made the short way into {@code destination}: it counts until it closes. */
    void entered(LocalPod destination, Channel channel);

    /** The answer. */
    sealed interface Way {

        /** Not a pod of this node, or one that must be reached over its interface. */
        record Wire() implements Way {}

        /** The other side would have refused it. */
        record Refused(ResponseFlag flag) implements Way {}

        /**
         * Straight to the application, from inside {@code destination}'s namespace.
         *
         * @param account where the destination's side is counted
         */
        record Direct(LocalPod destination, DestinationAccount account) implements Way {}
    }
}
