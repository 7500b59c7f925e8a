package dev.fairlead.agent.data.capture;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.Cidr;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * One enrolled pod's place in the data plane: its sockets, its listeners, and the loop on which all
 * of it lives.
 *
 * <p>Thread: any; the work is handed to the pod's loop.
 */
public final class CapturedPod {

    private final LocalPod pod;
    private final EventLoop loop;
    private final PodSockets sockets;
    private final PodListeners listeners;
    private final SelfTest selfTest;

    private CapturedPod(
            LocalPod pod,
            EventLoop loop,
            PodSockets sockets,
            PodListeners listeners,
            SelfTest selfTest) {
        this.pod = pod;
        this.loop = loop;
        this.sockets = sockets;
        this.listeners = listeners;
        this.selfTest = selfTest;
    }

    /** What opening needs beside the pod. */
    public interface Handlers {

        /** Takes the pod's connections; asked once, before the first of them. */
        AcceptedConnections connectionsOf(LocalPod pod, EventLoop loop, PodSockets sockets);
    }

    /**
     * Opens the pod's listeners. Fails with the reason where its namespace is gone or the ports are
     * taken; then nothing is left open.
     *
     * @param random for the self-test's secret
     */
    public static CompletableFuture<CapturedPod> open(
            LocalPod pod,
            EventLoop loop,
            AddressPolicy policy,
            PodBounds bounds,
            RandomGenerator random,
            Handlers handlers) {
        var opened = new CompletableFuture<CapturedPod>();
        loop.execute(() -> {
            try {
                var sockets = PodSockets.open(pod.netns());
                listen(
                                pod,
                                loop,
                                policy,
                                bounds,
                                new SelfTest(random.nextLong()),
                                sockets,
                                handlers)
                        .whenComplete((captured, failure) -> {
                            if (failure != null) {
                                sockets.close();
                                opened.completeExceptionally(failure);
                            } else {
                                opened.complete(captured);
                            }
                        });
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private static CompletableFuture<CapturedPod> listen(
            LocalPod pod,
            EventLoop loop,
            AddressPolicy policy,
            PodBounds bounds,
            SelfTest selfTest,
            PodSockets sockets,
            Handlers handlers) {
        var accepted = handlers.connectionsOf(pod, loop, sockets);
        // The pod's own addresses are ours whether or not the control plane knows the pod yet.
        var own =
                new AddressPolicy(
                        address -> pod.addresses().contains(address) || policy.isOurs(address));
        return PodListeners.open(sockets, loop, own, selfTest, bounds, accepted)
                .thenApply(listeners -> new CapturedPod(pod, loop, sockets, listeners, selfTest));
    }

    public LocalPod pod() {
        return pod;
    }

    /** Connections of the pod that are held, in and out. */
    public int connections() {
        return listeners.held();
    }

    /**
     * Completes when a connection of the pod was seen to be captured; fails with the reason. Where
     * the pod's exclusions take in the very connection that would prove it, there is nothing to
     * see.
     */
    public CompletableFuture<Void> proveCapture() {
        if (isExcluded(SelfTest.target(pod.addresses().getFirst()))) {
            return CompletableFuture.completedFuture(null);
        }
        var proof = new CompletableFuture<Void>();
        loop.execute(() ->
                selfTest.prove(sockets, loop, pod.addresses().getFirst())
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                proof.complete(null);
                            } else {
                                proof.completeExceptionally(failure);
                            }
                        }));
        return proof;
    }

    private boolean isExcluded(InetSocketAddress target) {
        var exclusions = pod.exclusions();
        return exclusions.outboundPorts().contains(target.getPort())
                || exclusions.outboundCidrs().stream()
                        .map(Cidr::parse)
                        .anyMatch(cidr -> cidr.contains(target.getAddress()));
    }

    /** Closes the listeners; held connections go on. May be repeated. */
    public CompletableFuture<Void> stopAccepting() {
        return CompletableFuture.runAsync(listeners::stopAccepting, loop);
    }

    /** Closes listeners and namespace. Whoever took connections closes those. May be repeated. */
    public CompletableFuture<Void> close() {
        return CompletableFuture.runAsync(
                () -> {
                    listeners.stopAccepting();
                    sockets.close();
                },
                loop);
    }
}
