package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known of one connection, and so of all its requests. Owner: the connection. */
final class Facts implements RequestFacts {

    private final InetAddress source;
    private final InetSocketAddress destination;
    private final String serverName;
    private final @Nullable String principal;
    private final Supplier<@Nullable Workload> peer;

    /**
     * @param peer asked when a rule asks
     */
    Facts(
            InetAddress source,
            InetSocketAddress destination,
            String serverName,
            @Nullable String principal,
            Supplier<@Nullable Workload> peer) {
        this.source = source;
        this.destination = destination;
        this.serverName = serverName;
        this.principal = principal;
        this.peer = peer;
    }

    @Override
    public RequestView request() {
        return RequestView.NONE;
    }

    @Override
    public InetAddress source() {
        return source;
    }

    @Override
    public InetAddress destination() {
        return destination.getAddress();
    }

    @Override
    public int destinationPort() {
        return destination.getPort();
    }

    @Override
    public String serverName() {
        return serverName;
    }

    @Override
    public @Nullable String principal() {
        return principal;
    }

    @Override
    public @Nullable Workload peer() {
        return peer.get();
    }
}
