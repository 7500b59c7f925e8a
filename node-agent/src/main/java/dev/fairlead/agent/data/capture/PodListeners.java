package dev.fairlead.agent.data.capture;

import dev.fairlead.iptables.PodRules;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The two listeners in a pod's namespace. They find out where each connection wanted to go, refuse
 * what must not be carried, and hand on the rest.
 *
 * <p>Owner: the pod's worker loop; {@link #held} may be read from anywhere.
 */
final class PodListeners {

    private static final InetAddress ANY = InetAddress.ofLiteral("::");

    private final AddressPolicy policy;
    private final SelfTest selfTest;
    private final PodBounds bounds;
    private final AcceptedConnections accepted;
    private volatile int held;
    private List<Channel> listeners = List.of();

    private PodListeners(
            AddressPolicy policy,
            SelfTest selfTest,
            PodBounds bounds,
            AcceptedConnections accepted) {
        this.policy = policy;
        this.selfTest = selfTest;
        this.bounds = bounds;
        this.accepted = accepted;
    }

    /**
     * Opens both on {@code loop}, which must be the calling thread. Fails with what the kernel
     * said; then neither is open.
     */
    static CompletableFuture<PodListeners> open(
            PodSockets sockets,
            EventLoop loop,
            AddressPolicy policy,
            SelfTest selfTest,
            PodBounds bounds,
            AcceptedConnections accepted) {
        var opening = new PodListeners(policy, selfTest, bounds, accepted);
        var outbound =
                sockets.listener(loop, false)
                        .childHandler(handler(opening::outbound))
                        .bind(ANY, PodRules.OUTBOUND_PORT);
        var inbound =
                sockets.listener(loop, true)
                        .childHandler(handler(opening::inbound))
                        .bind(ANY, PodRules.INBOUND_PORT);
        opening.listeners = List.of(outbound.channel(), inbound.channel());
        return bound(outbound)
                .thenCombine(bound(inbound), (_, _) -> opening)
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        opening.stopAccepting();
                    }
                });
    }

    private static CompletableFuture<Channel> bound(ChannelFuture bind) {
        var bound = new CompletableFuture<Channel>();
        bind.addListener(_ -> {
            if (bind.isSuccess()) {
                bound.complete(bind.channel());
            } else {
                bound.completeExceptionally(bind.cause());
            }
        });
        return bound;
    }

    private interface Taking {
        void take(EpollSocketChannel channel);
    }

    private static ChannelInitializer<EpollSocketChannel> handler(Taking taking) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(EpollSocketChannel channel) {
                taking.take(channel);
            }
        };
    }

    private void outbound(EpollSocketChannel channel) {
        var destination = OriginalDestination.redirected(channel);
        if (destination == null) {
            refuse(channel, false, RefusalReason.NO_ORIGINAL_DESTINATION);
            return;
        }
        if (selfTest.isFor(destination)) {
            selfTest.answer(channel);
            return;
        }
        var reason = policy.refusal(destination.getAddress(), destination.getPort());
        if (reason == null && held >= bounds.connections()) {
            reason = RefusalReason.OVERFLOW;
        }
        if (reason != null) {
            refuse(channel, false, reason);
            return;
        }
        hold(channel);
        accepted.outbound(channel, destination);
    }

    private void inbound(EpollSocketChannel channel) {
        var destination = OriginalDestination.transparent(channel);
        var reason = AddressPolicy.inboundRefusal(destination.getAddress(), destination.getPort());
        if (reason == null && held >= bounds.connections()) {
            reason = RefusalReason.OVERFLOW;
        }
        if (reason != null) {
            refuse(channel, true, reason);
            return;
        }
        hold(channel);
        accepted.inbound(channel, destination);
    }

    private void refuse(EpollSocketChannel channel, boolean inbound, RefusalReason reason) {
        accepted.refused(inbound, reason); // first: who sees the reset finds it counted
        Resets.reset(channel);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the loop only
    private void hold(EpollSocketChannel channel) {
        held++;
        channel.closeFuture().addListener(_ -> held--);
    }

    /** Connections accepted and not yet closed. */
    int held() {
        return held;
    }

    /** Closes the listeners; connections that they accepted stay. May be repeated. */
    void stopAccepting() {
        listeners.forEach(Channel::close);
    }
}
