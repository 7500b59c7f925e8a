package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Opens connections inside a pod's network namespace. */
public interface Sockets {

    /**
     * Connects from {@code pod}'s namespace, uncaptured. Half-closure is allowed, reading is not
     * automatic until the caller says so. Fails with the reason; then nothing is left open.
     *
     * @param from address that the peer shall see, without port; null: the pod's own
     * @param handler the channel's first handler
     */
    Future<Channel> connect(
            LocalPod pod,
            EventLoop loop,
            InetSocketAddress to,
            @Nullable InetAddress from,
            int timeoutMillis,
            ChannelHandler handler);
}
