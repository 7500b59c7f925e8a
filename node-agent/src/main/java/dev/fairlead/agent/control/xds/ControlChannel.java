package dev.fairlead.agent.control.xds;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;

/** Channels to the control plane, on one event loop of their own: never on a worker's. */
public final class ControlChannel {

    private static final int MAX_RESPONSE = 64 << 20; // all clusters of a large mesh in one message

    private ControlChannel() {}

    /** The one event loop for all gRPC of the agent. The caller shuts it down. */
    public static EventLoopGroup newLoop() {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("control", true), EpollIoHandler.newFactory());
    }

    /** A channel that trusts {@code expected} alone. The caller shuts it down. */
    public static ManagedChannel open(
            String hostPort, Path rootCertificates, SpiffeId expected, EventLoopGroup loop) {
        return SpiffeTls.channel(
                        hostPort, rootCertificates, expected, loop, EpollSocketChannel::new)
                .maxInboundMessageSize(MAX_RESPONSE)
                .directExecutor() // callbacks only put into queues
                .build();
    }
}
