package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.capture.AddressPolicy;
import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.stats.CheckStat;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.Stat;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.data.token.TestTokens;
import dev.fairlead.agent.data.upstream.EndpointChecks;
import dev.fairlead.agent.data.upstream.NodeLimits;
import dev.fairlead.agent.data.upstream.PodContext;
import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One pod's data plane on real sockets of this host: two listeners, one for each direction, and
 * connections that are made plainly. Mesh addresses are 198.18.0.10 with a port, which stand for
 * that port on the loopback address.
 */
final class Mesh implements AutoCloseable {

    static final String UID = "pod-1";
    static final InetSocketAddress DESTINATION = new InetSocketAddress("198.18.0.99", 80);
    static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + " " + records));
    }

    final LocalPod pod =
            new LocalPod(
                    UID,
                    "default",
                    "client",
                    new SpiffeId("cluster.local", "default", "client"),
                    Path.of("/proc/self/ns/net"),
                    List.of(address(0).getAddress()),
                    CaptureExclusions.NONE);
    final WorkerStats stats = new WorkerStats();
    final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    final EventLoop loop;
    final PodRuntime runtime;
    InetSocketAddress destination = DESTINATION;
    @Nullable Runnable beforeConnect;
    volatile long nanos; // by which the pod's clock is turned ahead
    volatile boolean clockStands; // but for that
    volatile long epochSeconds = TestTokens.NOW; // the time of day
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, HalfClosingEpoll.newFactory());
    private final List<Channel> listeners = new ArrayList<>();
    private final List<AutoCloseable> closeables = new ArrayList<>();
    private volatile Snapshot snapshot;

    Mesh(Snapshot snapshot) throws Exception {
        this(snapshot, new NoTls(), new OnTheWire());
    }

    /** Another pod of the same node has the same {@code node}. */
    Mesh(Snapshot snapshot, NodeLimits node) throws Exception {
        this(snapshot, new NoTls(), new OnTheWire(), node);
    }

    Mesh(Snapshot snapshot, TlsStore tls, SameNode sameNode) throws Exception {
        this(snapshot, tls, sameNode, new NodeLimits());
    }

    /** Another pod of the same node has the same {@code checks}. */
    Mesh(Snapshot snapshot, EndpointChecks checks) throws Exception {
        this(snapshot, new NoTls(), new OnTheWire(), new NodeLimits(), checks);
    }

    /** A pod that may have so much. */
    Mesh(Snapshot snapshot, TlsStore tls, PodBounds bounds) throws Exception {
        this(snapshot, tls, new OnTheWire(), new NodeLimits(), EndpointChecks.NONE, bounds);
    }

    private Mesh(Snapshot snapshot, TlsStore tls, SameNode sameNode, NodeLimits node)
            throws Exception {
        this(snapshot, tls, sameNode, node, EndpointChecks.NONE);
    }

    private Mesh(
            Snapshot snapshot,
            TlsStore tls,
            SameNode sameNode,
            NodeLimits node,
            EndpointChecks checks)
            throws Exception {
        this(snapshot, tls, sameNode, node, checks, PodBounds.USUAL);
    }

    private Mesh(
            Snapshot snapshot,
            TlsStore tls,
            SameNode sameNode,
            NodeLimits node,
            EndpointChecks checks,
            PodBounds bounds)
            throws Exception {
        this.snapshot = snapshot;
        loop = (EventLoop) group.next();
        PodContext context =
                new PodContext(
                        pod,
                        loop,
                        this::connect,
                        tls,
                        sameNode,
                        new AddressPolicy(_ -> false),
                        stats,
                        () -> this.snapshot,
                        new SplittableRandom(1),
                        node,
                        checks,
                        () -> (clockStands ? 0 : System.nanoTime()) + nanos,
                        () -> epochSeconds);
        runtime = onLoop(() -> new PodRuntime(context, bounds));
        listen((channel, to) -> runtime.acceptOutbound(channel, to));
        listen((channel, to) -> runtime.acceptInbound(channel, to));
    }

    static InetSocketAddress address(int port) {
        return new InetSocketAddress("198.18.0.10", port);
    }

    private interface Accepting {
        void accept(Channel channel, InetSocketAddress destination);
    }

    private void listen(Accepting accepting) throws InterruptedException {
        listeners.add(
                new ServerBootstrap()
                        .group(loop)
                        .channel(EpollServerSocketChannel.class)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.SO_SNDBUF, 256 * 1024)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channels.add(channel);
                                        accepting.accept(channel, destination);
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel());
    }

    private Future<Channel> connect(
            LocalPod from,
            EventLoop on,
            InetSocketAddress to,
            @Nullable InetAddress as,
            int timeoutMillis,
            ChannelHandler handler) {
        if (beforeConnect != null) {
            beforeConnect.run();
        }
        Promise<Channel> connected = on.newPromise();
        var connecting =
                new Bootstrap()
                        .group(on)
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                        .option(ChannelOption.SO_SNDBUF, 256 * 1024)
                        .handler(handler)
                        .connect(InetAddress.getLoopbackAddress(), to.getPort());
        channels.add(connecting.channel());
        connecting.addListener(_ -> {
            if (connecting.isSuccess()) {
                connected.setSuccess(connecting.channel());
            } else {
                connected.setFailure(connecting.cause());
            }
        });
        return connected;
    }

    <T> T onLoop(Callable<T> call) throws InterruptedException, ExecutionException {
        return loop.submit(call).get();
    }

    void install(Snapshot now) throws InterruptedException, ExecutionException {
        onLoop(() -> {
            installOnLoop(now);
            return now;
        });
    }

    void installOnLoop(Snapshot now) {
        snapshot = now;
        runtime.install();
    }

    /** A connection that the pod makes. */
    Wire client() throws IOException {
        return closing(Wire.to(outboundPort()));
    }

    int outboundPort() {
        return ((InetSocketAddress) listeners.get(0).localAddress()).getPort();
    }

    /** The same in HTTP/2. */
    H2Client http2Client() throws InterruptedException {
        return closing(H2Client.to(outboundPort()));
    }

    /** A connection to the pod. */
    Wire inboundClient() throws IOException {
        return closing(Wire.to(inboundPort()));
    }

    int inboundPort() {
        return ((InetSocketAddress) listeners.get(1).localAddress()).getPort();
    }

    <C extends AutoCloseable> C closing(C closeable) {
        closeables.add(closeable);
        return closeable;
    }

    /** How requests ended: {@code 200 -: 3}, one line each outcome. */
    String outcomes() {
        Map<String, Long> outcomes = new TreeMap<>();
        for (RequestSeries series : stats.requestSeries().values()) {
            for (RequestSeries.Outcome outcome : series.outcomes()) {
                outcomes.merge(
                        outcome.status() + " " + outcome.flag().letters(),
                        outcome.count(),
                        Long::sum);
            }
        }
        return outcomes.toString();
    }

    /** How opaque connections ended, likewise. */
    String tcpOutcomes() {
        Map<String, Long> outcomes = new TreeMap<>();
        for (TcpSeries series : stats.tcpSeries().values()) {
            for (ResponseFlag flag : ResponseFlag.values()) {
                if (series.closedCount(flag) > 0) {
                    outcomes.merge(flag.letters(), series.closedCount(flag), Long::sum);
                }
            }
        }
        return outcomes.toString();
    }

    long count(ClusterStat stat) {
        return stats.clusters().values().stream().mapToLong(c -> c.counters().get(stat)).sum();
    }

    long count(CheckStat stat) {
        return stats.checks().values().stream().mapToLong(c -> c.get(stat)).sum();
    }

    long count(OutlierStat stat) {
        return stats.outliers().values().stream().mapToLong(o -> o.get(stat)).sum();
    }

    long count(HttpStat stat) {
        return stats.http().values().stream().mapToLong(h -> h.counters().get(stat)).sum();
    }

    long count(ListenerStat stat) {
        return stats.listeners().values().stream().mapToLong(l -> l.get(stat)).sum();
    }

    long count(TcpStat stat) {
        return stats.tcp().values().stream().mapToLong(t -> t.get(stat)).sum();
    }

    /** Waits for a condition; the message says what did not come. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long bound = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for: %s", what).isLessThan(bound);
            Thread.sleep(2);
        }
    }

    /** The same inside an upstream's script. */
    static void awaitInScript(BooleanSupplier condition) throws IOException {
        try {
            await("what the script waits for", condition);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Ends everything and asserts that nothing is left: channels, gauges, buffers. */
    @Override
    public void close() throws Exception {
        for (AutoCloseable closeable : closeables) {
            closeable.close();
        }
        for (Channel listener : listeners) {
            listener.close().sync();
        }
        await(
                "end of the pod's connections " + runtime.connectionCount(),
                () -> runtime.connectionCount() == 0);
        onLoop(() -> {
            runtime.close();
            return true;
        });
        await("close of " + open(), () -> open().isEmpty());
        onLoop(() -> true); // what closing left to be done
        onLoop(() -> true);
        assertThat(gaugesNotZero()).isEmpty();
        group.shutdownGracefully(0, 10, java.util.concurrent.TimeUnit.SECONDS).sync();
        channels.clear();
        assertNoLeak();
    }

    private List<Channel> open() {
        return channels.stream().filter(Channel::isOpen).toList();
    }

    /** Of requests, over all connections of the pod. */
    long bytesHeld() throws InterruptedException, ExecutionException {
        return onLoop(() -> runtime.load().held());
    }

    private List<String> gaugesNotZero() {
        List<String> found = new ArrayList<>();
        stats.clusters().forEach((key, c) -> gauges(key.name(), c.counters(), found));
        stats.checks().forEach((key, c) -> gauges(key.name(), c, found));
        stats.outliers().forEach((key, o) -> gauges(key.name(), o, found));
        stats.http().forEach((key, h) -> gauges(key.name(), h.counters(), found));
        stats.listeners().forEach((key, l) -> gauges(key.name(), l, found));
        stats.tcp().forEach((key, t) -> gauges(key.name(), t, found));
        found.removeIf(gauge -> gauge.contains("membership") || gauge.contains("max_host_weight"));
        return found;
    }

    private static <S extends Enum<S> & Stat> void gauges(
            String name, Counters<S> counters, List<String> found) {
        for (S stat : counters.stats()) {
            if (stat.kind() == Stat.Kind.GAUGE && counters.get(stat) != 0) {
                found.add(name + "." + stat.statName() + "=" + counters.get(stat));
            }
        }
    }

    static void assertNoLeak() {
        for (int i = 0; i < 2; i++) {
            System.gc();
            for (int j = 0; j < 20; j++) {
                io.netty.buffer.ByteBufAllocator.DEFAULT.buffer(16).release();
            }
        }
        assertThat(LEAKS).isEmpty();
    }
}
