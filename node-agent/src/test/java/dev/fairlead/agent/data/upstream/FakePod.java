package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.capture.AddressPolicy;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A cluster of a pod whose connections, answers and failures come when a test says so. */
final class FakePod implements AutoCloseable {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /** A connection that is being made. */
    private record Connecting(
            InetSocketAddress to, ChannelHandler handler, Promise<Channel> connected) {}

    private final WorkerStats stats = new WorkerStats();
    private final EmbeddedChannel loopOwner = new EmbeddedChannel();
    private final List<Connecting> connecting = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<Integer> served = new ArrayList<>();
    private final List<UpstreamHost> hosts = new ArrayList<>();
    private final Endpoints endpoints;
    private final PodCluster cluster;

    FakePod(int hostCount) {
        List<Endpoint> list = new ArrayList<>();
        for (int i = 0; i < hostCount; i++) {
            list.add(new Endpoint(new InetSocketAddress("198.18.0." + (10 + i), 80), 1, false));
        }
        endpoints = new Endpoints("c", list);
        LocalPod pod =
                new LocalPod(
                        "uid",
                        "default",
                        "client",
                        new SpiffeId("cluster.local", "default", "client"),
                        Path.of("/proc/self/ns/net"),
                        List.of(InetAddress.ofLiteral("198.18.0.9")),
                        CaptureExclusions.NONE);
        cluster =
                new PodCluster(
                        new PodContext(
                                pod,
                                loopOwner.eventLoop(),
                                this::connect,
                                new NoTls(),
                                new OnTheWire(),
                                new AddressPolicy(_ -> false),
                                stats,
                                () -> Snapshot.EMPTY,
                                new SplittableRandom(1)),
                        config(TrafficPolicy.DEFAULT),
                        endpoints);
        for (int turn = 0; hosts.size() < hostCount; turn++) {
            UpstreamHost host = pickAny(turn);
            if (!hosts.contains(host)) {
                hosts.add(host);
            }
        }
    }

    private UpstreamHost pickAny(int turn) {
        UpstreamHost host = cluster.pick(new PickContext(new InetSocketAddress("198.18.0.1", 80)));
        if (host == null || turn > 1000) {
            throw new IllegalStateException("no endpoint");
        }
        return host;
    }

    private static Cluster config(TrafficPolicy policy) {
        return new Cluster(
                        "c",
                        "c",
                        Cluster.Discovery.EDS,
                        "c",
                        Cluster.LbPolicy.ROUND_ROBIN,
                        java.time.Duration.ofSeconds(5),
                        new UpstreamTransport.Plaintext())
                .with(policy);
    }

    void install(TrafficPolicy policy) {
        cluster.install(config(policy), endpoints);
    }

    private Future<Channel> connect(
            LocalPod pod,
            EventLoop loop,
            InetSocketAddress to,
            @Nullable InetAddress from,
            int timeoutMillis,
            ChannelHandler handler) {
        var attempt =
                new Connecting(to, handler, ImmediateEventExecutor.INSTANCE.<Channel>newPromise());
        connecting.add(attempt);
        return attempt.connected();
    }

    /** A request for endpoint {@code i}. */
    void ask(int i) {
        Asked request = new Asked(asked.size(), hosts.get(i));
        asked.add(request);
        request.pending = cluster.acquire(request.host, null, false, false, request);
    }

    void finishConnecting(SplittableRandom random, boolean well) {
        if (connecting.isEmpty()) {
            return;
        }
        Connecting attempt = connecting.remove(random.nextInt(connecting.size()));
        if (well) {
            EmbeddedChannel channel = new EmbeddedChannel(attempt.handler());
            channels.add(channel);
            attempt.connected().setSuccess(channel);
        } else {
            attempt.connected().setFailure(new IOException("refused"));
        }
    }

    /** An answer to one request under way. */
    void answer(SplittableRandom random) {
        List<Asked> active = asked.stream().filter(Asked::isActive).toList();
        if (!active.isEmpty()) {
            Asked one = active.get(random.nextInt(active.size()));
            for (EmbeddedChannel channel : channels) {
                if (channel.isOpen() && one.isOn(channel)) {
                    channel.writeInbound(Unpooled.copiedBuffer(OK, StandardCharsets.US_ASCII));
                    channel.releaseOutbound();
                    return;
                }
            }
        }
    }

    /** The other side ends a connection, perhaps under a request. */
    void breakConnection(SplittableRandom random) {
        List<EmbeddedChannel> open = channels.stream().filter(Channel::isOpen).toList();
        if (!open.isEmpty()) {
            var unsafe = open.get(random.nextInt(open.size())).unsafe();
            unsafe.close(unsafe.voidPromise()); // as the transport does for a FIN
        }
    }

    void cancel(SplittableRandom random) {
        List<Asked> waiting = asked.stream().filter(Asked::waits).toList();
        if (!waiting.isEmpty()) {
            waiting.get(random.nextInt(waiting.size())).cancel();
        }
    }

    /** What the loop has to do. */
    void run() {
        for (int turn = 0; turn < 3; turn++) {
            loopOwner.runPendingTasks();
            for (EmbeddedChannel channel : List.copyOf(channels)) {
                channel.runPendingTasks();
            }
        }
        channels.removeIf(channel -> !channel.isOpen() && channel.finishAndReleaseAll());
        channels.removeIf(channel -> !channel.isOpen());
    }

    /** Until nobody waits or is under way. */
    void settle() {
        var random = new SplittableRandom(7);
        for (int turn = 0; turn < 10_000 && waiting() + active() > 0; turn++) {
            finishConnecting(random, true);
            answer(random);
            run();
        }
    }

    void closePod() {
        cluster.close();
        run();
        while (!connecting.isEmpty()) {
            connecting.removeFirst().connected().setFailure(new IOException("gone"));
        }
        run();
    }

    long count(ClusterStat stat) {
        return cluster.counters().get(stat);
    }

    int asked() {
        return asked.size();
    }

    long waiting() {
        return asked.stream().filter(Asked::waits).count();
    }

    long active() {
        return asked.stream().filter(Asked::isActive).count();
    }

    /** Open or being made. */
    int connections() {
        return connecting.size() + (int) channels.stream().filter(Channel::isOpen).count();
    }

    long failedWith(ResponseFlag flag) {
        return asked.stream().filter(each -> each.failed == flag).count();
    }

    List<Integer> servedInOrder() {
        return served;
    }

    /** How often each request ended. */
    List<Integer> ends() {
        return asked.stream().map(each -> each.ends).toList();
    }

    /** Hosts that requests wait for without a connection that could serve them one day. */
    List<InetSocketAddress> stuckHosts() {
        List<InetSocketAddress> stuck = new ArrayList<>();
        for (UpstreamHost host : hosts) {
            boolean waits = asked.stream().anyMatch(each -> each.host == host && each.waits());
            boolean hope =
                    connecting.stream().anyMatch(each -> each.to().equals(host.address()))
                            || asked.stream()
                                    .anyMatch(each -> each.host == host && each.isActive());
            if (waits && !hope) {
                stuck.add(host.address());
            }
        }
        return stuck;
    }

    @Override
    public void close() {
        closePod();
        loopOwner.finishAndReleaseAll();
    }

    /** One request. */
    private final class Asked implements PodCluster.HttpWaiter, ResponseSink {
        private final int number;
        private final UpstreamHost host;
        private @Nullable PendingRequest pending;
        private @Nullable UpstreamRequest upstream;
        private @Nullable ResponseFlag failed;
        private boolean heard;
        private int ends;

        Asked(int number, UpstreamHost host) {
            this.number = number;
            this.host = host;
        }

        boolean waits() {
            return !heard;
        }

        boolean isActive() {
            return upstream != null;
        }

        boolean isOn(EmbeddedChannel channel) {
            return upstream instanceof Http1Upstream one && one.origin().channel() == channel;
        }

        void cancel() {
            if (pending == null) {
                throw new IllegalStateException("waits without a place in the queue");
            }
            pending.cancel();
            heard = true;
            ends++;
        }

        @Override
        public void connected(UpstreamRequest given) {
            heard = true;
            served.add(number);
            upstream = given;
            given.send(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"), this);
            given.write(LastHttpContent.EMPTY_LAST_CONTENT);
            given.flush();
        }

        @Override
        public void failed(ResponseFlag flag) {
            heard = true;
            failed = flag;
            ends++;
        }

        @Override
        public void interim(HttpResponse head) {}

        @Override
        public void head(HttpResponse head) {}

        @Override
        public void content(HttpContent content) {
            if (content instanceof LastHttpContent) {
                upstream = null;
                ends++;
            }
            content.release();
        }

        @Override
        public void pause() {}

        @Override
        public void writable(boolean yes) {}

        @Override
        public void reset(ResponseFlag flag, Processed processed) {
            upstream = null;
            ends++;
        }
    }

    private static final class NoTls implements TlsStore {
        @Override
        public @Nullable SslHandler server(ServerTls tls, ByteBufAllocator allocator) {
            return null;
        }

        @Override
        public @Nullable SslHandler client(
                SpiffeId self,
                UpstreamTls tls,
                Set<SpiffeId> peers,
                InetSocketAddress to,
                ByteBufAllocator allocator) {
            return null;
        }

        @Override
        public @Nullable SslHandler originate(
                SpiffeId self,
                TlsOrigination tls,
                @Nullable String host,
                ByteBufAllocator allocator) {
            return null;
        }

        @Override
        public void guard(Channel channel, List<X509Certificate> chain, Runnable revoked) {}

        @Override
        public void guard(
                Channel channel,
                List<X509Certificate> chain,
                SpiffeId self,
                TlsOrigination tls,
                Runnable revoked) {}

        @Override
        public boolean isRevoked(SpiffeId self) {
            return false;
        }

        @Override
        public List<X509Certificate> chain(SpiffeId self) {
            return List.of();
        }
    }

    private static final class OnTheWire implements SameNode {
        @Override
        public Way way(
                LocalPod source,
                InetSocketAddress to,
                @Nullable UpstreamTls mutual,
                @Nullable HttpProtocol http) {
            return new Way.Wire();
        }

        @Override
        public void entered(LocalPod destination, Channel channel) {
            throw new AssertionError("nobody can be entered");
        }
    }
}
