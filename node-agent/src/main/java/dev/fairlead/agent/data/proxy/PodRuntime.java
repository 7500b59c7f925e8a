package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.policy.ConnectionChecks;
import dev.fairlead.agent.data.policy.PodLimits;
import dev.fairlead.agent.data.policy.RequestChecks;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.token.PodTokens;
import dev.fairlead.agent.data.upstream.Crossing;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.PodContext;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One pod of this node at work: its connections, clusters and counters.
 *
 * <p>Owner: the worker loop that the pod lives on.
 */
final class PodRuntime {

    private final PodContext context;
    private final Counters<ListenerStat> outboundStats;
    private final Counters<ListenerStat> inboundStats;
    private final PodLimits limits;
    private final RequestChecks checks;
    private final ConnectionChecks connectionChecks;
    private final PodTokens tokens;
    private final PodLoad load;
    private final Handshakes handshakes;
    private final OutboundHandler outbound;
    private final InboundHandler inbound;
    private final Map<String, PodCluster> clusters = new HashMap<>();
    private final Set<Channel> connections = new HashSet<>();
    private final Map<Channel, Crossed> crossings = new HashMap<>();
    private volatile int connectionCount;
    private final MirrorCount mirrorCount = new MirrorCount();
    private @Nullable Workload workload;

    /** An opaque connection of this pod that took the short way. */
    private record Crossed(LocalPod destination, Crossing crossing) {}

    PodRuntime(PodContext context) {
        this(context, PodBounds.USUAL);
    }

    PodRuntime(PodContext context, PodBounds bounds) {
        this.context = context;
        outboundStats = context.stats().listener(uid(), "outbound");
        inboundStats = context.stats().listener(uid(), "inbound");
        limits = new PodLimits(uid(), context.stats(), context.nanos());
        checks = new RequestChecks(limits, context.random());
        connectionChecks = new ConnectionChecks(context.stats().access(uid()));
        tokens = new PodTokens(context.epochSeconds());
        load = new PodLoad(bounds, outboundStats);
        handshakes = new Handshakes(bounds);
        outbound = new OutboundHandler(this);
        inbound = new InboundHandler(this);
        workload = snapshot().workloads().withUid(uid());
    }

    /** A captured connection of this pod towards {@code destination}. */
    void acceptOutbound(Channel channel, InetSocketAddress destination) {
        accepted(channel, outboundStats);
        outbound.accept(channel, destination);
    }

    /** A captured connection to this pod, which asked for {@code destination}. */
    void acceptInbound(Channel channel, InetSocketAddress destination) {
        accepted(channel, inboundStats);
        inbound.accept(channel, destination);
    }

    private void accepted(Channel channel, Counters<ListenerStat> stats) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        HeldInput.hold(channel);
        connections.add(channel);
        connectionCount = connections.size();
        stats.inc(ListenerStat.DOWNSTREAM_CX_TOTAL);
        stats.inc(ListenerStat.DOWNSTREAM_CX_ACTIVE);
        channel.closeFuture()
                .addListener(_ -> {
                    connections.remove(channel);
                    connectionCount = connections.size();
                    stats.dec(ListenerStat.DOWNSTREAM_CX_ACTIVE);
                    stats.inc(ListenerStat.DOWNSTREAM_CX_DESTROY);
                });
    }

    /** The cluster of that name as this pod uses it; null where the configuration has none. */
    @Nullable PodCluster cluster(String name) {
        PodCluster known = clusters.get(name);
        if (known != null) {
            return known;
        }
        Cluster config = snapshot().clusters().get(name);
        if (config == null) {
            return null;
        }
        PodCluster made = new PodCluster(context, config, snapshot().endpointsOf(config));
        clusters.put(name, made);
        return made;
    }

    /** A new snapshot is in force on this loop. */
    void install() {
        Snapshot snapshot = snapshot();
        workload = snapshot.workloads().withUid(uid());
        clusters.entrySet()
                .removeIf(entry -> {
                    Cluster now = snapshot.clusters().get(entry.getKey());
                    if (now == null) {
                        entry.getValue().retire();
                    } else {
                        entry.getValue().install(now, snapshot.endpointsOf(now));
                    }
                    return now == null;
                });
        limits.install();
        tokens.install();
        outbound.configurationChanged();
        inbound.configurationChanged();
        revokeCrossings();
        for (Channel connection : List.copyOf(connections)) {
            connection.pipeline().fireUserEventTriggered(Reconsider.NOW);
        }
    }

    /** A connection of this pod to {@code destination} took the short way. */
    void crossed(Channel channel, LocalPod destination, Crossing crossing) {
        crossings.put(channel, new Crossed(destination, crossing));
        channel.closeFuture().addListener(_ -> crossings.remove(channel));
    }

    /** Those that their destinations would not let in any more are reset. */
    private void revokeCrossings() {
        for (Map.Entry<Channel, Crossed> each : List.copyOf(crossings.entrySet())) {
            Crossing crossing = each.getValue().crossing;
            FilterChain now = crossing.chain();
            if (now == null
                    || now.filter() instanceof Filter.Tcp tcp
                            && !ConnectionChecks.stillPass(tcp.checks(), crossing.facts())) {
                context.stats()
                        .listener(each.getValue().destination.uid(), "inbound")
                        .inc(ListenerStat.REVOKED);
                Relay.reset(each.getKey());
            }
        }
    }

    /** As {@link Drain}; opaque connections go on. */
    void drain() {
        for (Channel connection : List.copyOf(connections)) {
            connection.pipeline().fireUserEventTriggered(Drain.BEGIN);
        }
    }

    /** The pod is gone: every connection of it ends now. */
    void close() {
        new ArrayList<>(connections).forEach(Relay::reset); // a FIN could pass for an end
        clusters.values().forEach(PodCluster::close);
        clusters.clear();
    }

    /** Connections from and to the pod that are open; any thread. */
    int connectionCount() {
        return connectionCount;
    }

    PodContext context() {
        return context;
    }

    String uid() {
        return context.pod().uid();
    }

    Snapshot snapshot() {
        return context.snapshot().get();
    }

    /** Which clients it is one of: those of its namespace, if nothing else is said. */
    String scope() {
        String scope = workload == null ? "" : workload.membership().scope();
        return scope.isEmpty() ? context.pod().namespace() : scope;
    }

    /** What the control plane knows of this pod; null: nothing yet. */
    @Nullable Workload workload() {
        return workload;
    }

    Map<String, String> labels() {
        Workload known = workload;
        return known == null ? Map.of() : known.labels();
    }

    MirrorCount mirrorCount() {
        return mirrorCount;
    }

    /** What its requests must pass before they are routed on. */
    RequestChecks checks() {
        return checks;
    }

    /** What its opaque connections must pass. */
    ConnectionChecks connectionChecks() {
        return connectionChecks;
    }

    /** What it holds of the agent. */
    PodLoad load() {
        return load;
    }

    /** With its callers, those under way. */
    Handshakes handshakes() {
        return handshakes;
    }

    /** What it knows of end users' tokens. */
    PodTokens tokens() {
        return tokens;
    }

    Counters<ListenerStat> outboundStats() {
        return outboundStats;
    }

    Counters<ListenerStat> inboundStats() {
        return inboundStats;
    }
}
