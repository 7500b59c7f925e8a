package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ForwardedClientCert;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.data.upstream.Crossing;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ConnectionFacts;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.route.VirtualHost;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The enrolled pods of this node by address, for all loops: whether a connection between two of
 * them may take the short way, and what the destination's listener says of it.
 */
final class LocalPods {

    private final TlsStore tls;
    private final Map<InetAddress, LocalPod> byAddress = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> entered = new ConcurrentHashMap<>();

    LocalPods(TlsStore tls) {
        this.tls = tls;
    }

    void add(LocalPod pod) {
        pod.addresses().forEach(address -> byAddress.put(address, pod));
    }

    void remove(LocalPod pod) {
        pod.addresses().forEach(address -> byAddress.remove(address, pod));
        entered.remove(pod.uid());
    }

    boolean has(InetAddress address) {
        return byAddress.containsKey(address);
    }

    /** The answers for one worker, from its snapshot and into its counters. */
    SameNode forWorker(Worker worker) {
        return new SameNode() {
            @Override
            public Way way(
                    LocalPod source,
                    InetSocketAddress to,
                    @Nullable UpstreamTls mutual,
                    @Nullable HttpProtocol http) {
                return LocalPods.this.way(source, new OnTheWire(to, mutual, http), worker);
            }

            @Override
            public void entered(LocalPod destination, Channel channel) {
                count(destination.uid(), channel);
            }
        };
    }

    private void count(String uid, Channel channel) {
        AtomicInteger open = entered.computeIfAbsent(uid, _ -> new AtomicInteger());
        open.incrementAndGet();
        channel.closeFuture().addListener(_ -> open.decrementAndGet());
    }

    /** Connections that took the short way into a pod and are open. */
    int enteredCount(String uid) {
        AtomicInteger open = entered.get(uid);
        return open == null ? 0 : open.get();
    }

    /**
     * What the wire would have carried.
     *
     * @param mutual client side of the mTLS; null: plaintext
     * @param http null: bytes
     */
    private record OnTheWire(
            InetSocketAddress to, @Nullable UpstreamTls mutual, @Nullable HttpProtocol http) {

        /** What the destination's listener would have seen of the connection. */
        ConnectionFacts facts() {
            return new ConnectionFacts(
                    to.getAddress(),
                    to.getPort(),
                    mutual != null,
                    mutual == null ? "" : mutual.sni(),
                    mutual != null ? mutual.alpn() : detected(http));
        }
    }

    /** One that was let in, and what its destination would say now. */
    private record Entered(
            LocalPod source,
            LocalPod destination,
            OnTheWire wire,
            FilterChain then,
            Worker worker,
            TlsStore tls)
            implements Crossing {

        @Override
        public @Nullable FilterChain chain() {
            Listener listener = worker.snapshot().inbound().get(destination.uid());
            if (listener == null) {
                return then; // the pod leaves, and its connections with it
            }
            if (wire.mutual() != null
                    && (tls.isRevoked(source.identity())
                            || tls.isRevoked(destination.identity()))) {
                return null;
            }
            FilterChain now = listener.select(wire.facts());
            return now == null || (now.tls() != null) != (wire.mutual() != null) ? null : now;
        }

        @Override
        public RequestFacts facts() {
            return new Facts(
                    source.addresses().getFirst(),
                    wire.to(),
                    wire.mutual() == null ? "" : wire.mutual().sni(),
                    wire.mutual() == null ? null : source.identity().uri(),
                    () -> worker.snapshot().workloads().withUid(source.uid()));
        }
    }

    private SameNode.Way way(LocalPod source, OnTheWire wire, Worker worker) {
        Snapshot snapshot = worker.snapshot();
        InetSocketAddress to = wire.to();
        UpstreamTls mutual = wire.mutual();
        LocalPod destination = byAddress.get(to.getAddress());
        Listener listener = destination == null ? null : snapshot.inbound().get(destination.uid());
        if (destination == null
                || listener == null
                || !captured(snapshot, destination)
                || isolated(snapshot, source)
                || isolated(snapshot, destination)
                || destination.exclusions().inboundPorts().contains(to.getPort())) {
            return new SameNode.Way.Wire();
        }
        FilterChain chain = listener.select(wire.facts());
        if (chain == null) {
            return new SameNode.Way.Refused(ResponseFlag.UPSTREAM_CLOSED);
        }
        boolean terminated = chain.tls() != null;
        if (terminated != (mutual != null)
                || (wire.http() != null) != chain.filter() instanceof Filter.Http
                || isChecked(chain.filter())) {
            return new SameNode.Way.Wire();
        }
        List<X509Certificate> shown = mutual == null ? List.of() : tls.chain(source.identity());
        if (mutual != null && shown.isEmpty()) {
            return new SameNode.Way.Refused(ResponseFlag.NOT_READY);
        }
        if (mutual != null
                && (tls.isRevoked(source.identity()) || tls.isRevoked(destination.identity()))) {
            return new SameNode.Way.Refused(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
        }
        return new SameNode.Way.Direct(
                destination,
                account(
                        chain.filter(),
                        source,
                        destination,
                        shown,
                        worker,
                        new Entered(source, destination, wire, chain, worker, tls)));
    }

    /** Its buckets and rules are on the destination's own loop, and each is to be asked once. */
    private static boolean isChecked(Filter filter) {
        return switch (filter) {
            case Filter.Http http -> !http.manager().checks().isEmpty();
            case Filter.Tcp tcp -> !tcp.checks().isEmpty();
        };
    }

    /** One that joins or leaves is reached over its interface, where rules come and go in order. */
    private static boolean captured(Snapshot snapshot, LocalPod destination) {
        Workload known = snapshot.workloads().withUid(destination.uid());
        return known != null && known.captured();
    }

    /** Its packets must be seen by who enforces its NetworkPolicies. */
    private static boolean isolated(Snapshot snapshot, LocalPod pod) {
        Workload known = snapshot.workloads().withUid(pod.uid());
        return known != null && known.isolated();
    }

    private static List<String> detected(@Nullable HttpProtocol http) {
        if (http == null) {
            return List.of();
        }
        return List.of(http == HttpProtocol.HTTP2 ? "h2c" : "http/1.1");
    }

    private static DestinationAccount account(
            Filter filter,
            LocalPod source,
            LocalPod destination,
            List<X509Certificate> shown,
            Worker worker,
            Crossing crossing) {
        Snapshot snapshot = worker.snapshot();
        WorkerStats stats = worker.stats();
        Workload caller = snapshot.workloads().withUid(source.uid());
        Workload callee = snapshot.workloads().withUid(destination.uid());
        SpiffeId proven = shown.isEmpty() ? null : source.identity();
        SeriesLabels http = InboundPeer.labels(callee, destination, caller, proven, "http");
        SeriesLabels tcp = InboundPeer.labels(callee, destination, caller, proven, "tcp");
        String name = applicationCluster(filter);
        Cluster known = snapshot.clusters().get(name);
        String application = known == null ? name : known.statName();
        return new DestinationAccount(
                destination,
                filter instanceof Filter.Http(var _, var _, var _, HttpManager manager)
                        ? ForwardedClientCert.of(
                                manager.clientCert(), destination.identity(), shown)
                        : null,
                known == null ? HttpProtocol.HTTP1 : known.protocol(),
                stats.http(destination.uid(), filter.statPrefix()),
                stats.cluster(destination.uid(), application),
                new RequestKinds(stats, http),
                stats.connections(tcp),
                known == null ? ProxyProtocol.NONE : known.proxyProtocol(),
                crossing);
    }

    /** The inbound cluster that the wire would have led to, by which its stats go. */
    private static String applicationCluster(Filter filter) {
        return switch (filter) {
            case Filter.Tcp tcp -> tcp.clusters().clusters().getFirst().name();
            case Filter.Http(String prefix, Filter.Routes.Inline(RouteTable table), var _, var _) ->
                    Objects.requireNonNullElse(firstCluster(table), prefix);
            case Filter.Http(String prefix, Filter.Routes.Named _, var _, var _) -> prefix;
        };
    }

    private static @Nullable String firstCluster(RouteTable table) {
        for (VirtualHost host : table.virtualHosts()) {
            for (var route : host.routes()) {
                if (route.action() instanceof RouteAction.Forward forward) {
                    return forward.clusters().getFirst().name();
                }
            }
        }
        return null;
    }
}
