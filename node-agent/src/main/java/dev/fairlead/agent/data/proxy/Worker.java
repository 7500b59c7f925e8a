package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.capture.PodSockets;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.upstream.Sockets;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One loop, the pods that live on it, and the configuration in force on it.
 *
 * <p>Owner: its loop; {@link #stats} and {@link #pods} may be read from anywhere.
 */
final class Worker implements Sockets {

    private final EventLoop loop;
    private final WorkerStats stats = new WorkerStats();
    private final Map<String, PodRuntime> pods = new ConcurrentHashMap<>();
    private final Map<String, PodSockets> sockets = new HashMap<>();
    private Snapshot snapshot = Snapshot.EMPTY;

    Worker(EventLoop loop) {
        this.loop = loop;
    }

    void install(Snapshot now) {
        snapshot = now;
        pods.values().forEach(PodRuntime::install);
    }

    void drain() {
        pods.values().forEach(PodRuntime::drain);
    }

    /** Requests of all pods that are under way. */
    long activeRequests() {
        return stats.http().values().stream()
                .mapToLong(each -> each.counters().get(HttpStat.DOWNSTREAM_RQ_ACTIVE))
                .sum();
    }

    void add(PodRuntime pod, PodSockets own) {
        pods.put(pod.uid(), pod);
        sockets.put(pod.uid(), own);
    }

    void remove(String uid) {
        PodRuntime pod = pods.remove(uid);
        if (pod != null) {
            pod.close();
            sockets.remove(uid); // its owner closes it
            stats.forget(uid);
        }
    }

    /** A pod, of whatever worker, is gone: what this loop holds of it is let go. */
    void forget(String uid) {
        PodSockets reached = sockets.remove(uid);
        if (reached != null) {
            reached.close();
        }
        stats.forget(uid);
    }

    @Override
    public Future<Channel> connect(
            LocalPod pod,
            EventLoop on,
            InetSocketAddress to,
            @Nullable InetAddress from,
            int timeoutMillis,
            ChannelHandler handler) {
        PodSockets into;
        try {
            into = socketsOf(pod);
        } catch (IOException e) {
            return on.newFailedFuture(e);
        }
        Bootstrap bootstrap =
                from == null
                        ? into.upstream(on, to.getAddress())
                        : into.toApplication(on, to.getAddress(), from);
        ChannelFuture connecting =
                bootstrap
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .handler(handler)
                        .connect(to);
        Promise<Channel> connected = on.newPromise();
        connecting.addListener(_ -> {
            if (connecting.isSuccess()) {
                connected.setSuccess(connecting.channel());
            } else {
                connected.setFailure(connecting.cause());
            }
        });
        return connected;
    }

    /**
     * Sockets in the namespace of any pod of this node; this loop has a way of its own into each.
     */
    private PodSockets socketsOf(LocalPod pod) throws IOException {
        PodSockets known = sockets.get(pod.uid());
        if (known == null) {
            known = PodSockets.open(pod.netns());
            sockets.put(pod.uid(), known);
        }
        return known;
    }

    EventLoop loop() {
        return loop;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    WorkerStats stats() {
        return stats;
    }

    Collection<PodRuntime> pods() {
        return pods.values();
    }

    @Nullable PodRuntime pod(String uid) {
        return pods.get(uid);
    }
}
