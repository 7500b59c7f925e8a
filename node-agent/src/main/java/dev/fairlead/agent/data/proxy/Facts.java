package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.workload.Workload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection's requests: what they share, and the one that is asked about now.
 *
 * <p>Owner: the connection's router.
 */
final class Facts implements RequestFacts {

    private final InetAddress source;
    private final InetSocketAddress destination;
    private final String serverName;
    private final @Nullable String principal;
    private final Supplier<@Nullable Workload> peer;
    private @Nullable RequestView request;
    private @Nullable Map<String, Object> tokenPayload;

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

    /**
     * The same of this request.
     *
     * @param claims of its verified tokens; null: none
     */
    Facts of(RequestView now, @Nullable Map<String, Object> claims) {
        request = now;
        tokenPayload = claims;
        return this;
    }

    @Override
    public RequestView request() {
        RequestView current = request;
        if (current == null) {
            throw new IllegalStateException("no request is asked about");
        }
        return current;
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

    @Override
    public @Nullable Map<String, Object> tokenPayload() {
        return tokenPayload;
    }
}
