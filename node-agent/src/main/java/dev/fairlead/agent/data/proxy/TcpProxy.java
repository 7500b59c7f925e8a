package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.relay.GentleClose;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An opaque connection: its cluster and endpoint are chosen once, then bytes are relayed.
 *
 * <p>Thread: the pod's loop.
 */
final class TcpProxy {

    /** Where the connection is counted in Istio's words. */
    interface SeriesSource {
        TcpSeries series(@Nullable PodCluster cluster, @Nullable UpstreamHost host, boolean mutual);
    }

    private TcpProxy() {}

    /**
     * Connects {@code downstream}, of which nothing has been read yet, to where {@code filter}
     * says.
     *
     * @param from caller's address that the application shall see; null: the pod's own
     */
    static void serve(
            PodRuntime pod,
            Channel downstream,
            Filter.Tcp filter,
            InetSocketAddress destination,
            @Nullable InetAddress from,
            SeriesSource series) {
        Counters<TcpStat> stats = pod.context().stats().tcp(pod.uid(), filter.statPrefix());
        stats.inc(TcpStat.DOWNSTREAM_CX_TOTAL);
        stats.inc(TcpStat.DOWNSTREAM_CX_ACTIVE);
        downstream.closeFuture().addListener(_ -> stats.dec(TcpStat.DOWNSTREAM_CX_ACTIVE));
        if (downstream.pipeline().get(SslHandler.class) != null) {
            stats.inc(TcpStat.DOWNSTREAM_CX_SSL_TOTAL);
        }
        Expiry expiry = new Expiry(downstream, stats);
        expiry.arm(filter.maxDuration());
        PodCluster cluster = pod.cluster(filter.clusters().pick(pod.context().random()).name());
        UpstreamHost host = cluster == null ? null : cluster.pick(new PickContext(destination));
        if (filter.tunnel() != null
                && cluster != null
                && cluster.config().protocol() == HttpProtocol.HTTP2) {
            stats.inc(TcpStat.DOWNSTREAM_CX_NO_ROUTE);
            refuse(
                    downstream,
                    series.series(cluster, null, false),
                    ResponseFlag.UPSTREAM_CONNECT_FAILURE);
            return;
        }
        if (cluster == null || host == null) {
            stats.inc(TcpStat.DOWNSTREAM_CX_NO_ROUTE);
            refuse(
                    downstream,
                    series.series(cluster, null, false),
                    cluster == null ? ResponseFlag.NO_CLUSTER : ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        cluster.connectTcp(
                host,
                from,
                origin(downstream, destination),
                new PodCluster.TcpWaiter() {
                    @Override
                    public void connected(
                            Channel upstream,
                            @Nullable DestinationAccount account,
                            boolean mutual) {
                        if (account != null && account.crossing() != null) {
                            pod.crossed(upstream, account.destination(), account.crossing());
                        }
                        if (filter.tunnel() == null) {
                            join(upstream, account, mutual);
                        } else {
                            open(upstream, filter.tunnel(), account, mutual);
                        }
                    }

                    private void join(
                            Channel upstream,
                            @Nullable DestinationAccount account,
                            boolean mutual) {
                        TcpSeries source = series.series(cluster, host, mutual);
                        expiry.relay =
                                Relay.join(
                                        downstream,
                                        upstream,
                                        filter.idleTimeout().toNanos(),
                                        new Books(stats, source, account));
                        HeldInput.passOn(downstream);
                    }

                    private void open(
                            Channel upstream,
                            String target,
                            @Nullable DestinationAccount account,
                            boolean mutual) {
                        downstream.closeFuture().addListener(_ -> TunnelRequest.cancel(upstream));
                        TunnelRequest.send(
                                upstream,
                                target,
                                cluster.config().connectTimeout(),
                                new TunnelRequest.Waiter() {
                                    @Override
                                    public void opened() {
                                        join(upstream, account, mutual);
                                    }

                                    @Override
                                    public void refused() {
                                        failed(
                                                downstream.isActive()
                                                        ? ResponseFlag.UPSTREAM_CONNECT_FAILURE
                                                        : ResponseFlag.DOWNSTREAM_CLOSED);
                                    }
                                });
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        refuse(downstream, series.series(cluster, host, false), flag);
                    }
                });
    }

    /** Ends a connection that may not pass, as Envoy does: without a reset. */
    static void deny(Channel downstream, TcpSeries series) {
        series.opened();
        series.closed(ResponseFlag.RBAC);
        GentleClose.of(downstream);
    }

    /** What a PROXY header to the upstream says: what the downstream's own said, if it had one. */
    private static @Nullable ProxyHeader origin(Channel downstream, InetSocketAddress destination) {
        ProxyHeader received = downstream.attr(ProxyHeader.RECEIVED).get();
        if (received != null) {
            return received;
        }
        return downstream.remoteAddress() instanceof InetSocketAddress caller
                ? new ProxyHeader(caller, destination)
                : null;
    }

    private static void refuse(Channel downstream, TcpSeries series, ResponseFlag flag) {
        series.opened();
        series.closed(flag);
        Relay.reset(downstream);
    }

    /** The end of a connection that may live only so long. */
    private static final class Expiry implements Runnable {

        private final Channel downstream;
        private final Counters<TcpStat> stats;
        private @Nullable Relay relay;

        Expiry(Channel downstream, Counters<TcpStat> stats) {
            this.downstream = downstream;
            this.stats = stats;
        }

        void arm(@Nullable Duration most) {
            if (most != null) {
                Future<?> timer =
                        downstream.eventLoop().schedule(this, most.toNanos(), TimeUnit.NANOSECONDS);
                downstream.closeFuture().addListener(_ -> timer.cancel(false));
            }
        }

        @Override
        public void run() {
            stats.inc(TcpStat.MAX_DOWNSTREAM_CONNECTION_DURATION);
            if (relay == null) {
                Relay.reset(downstream);
            } else {
                relay.cut(ResponseFlag.DURATION_TIMEOUT);
            }
        }
    }

    /** Counts one relayed connection, on both sides where it took the short way. */
    private record Books(
            Counters<TcpStat> stats, TcpSeries series, @Nullable DestinationAccount account)
            implements Relay.Observer {

        Books {
            series.opened();
            if (account != null) {
                account.connections().opened();
            }
        }

        @Override
        public void received(int bytes) {
            stats.add(TcpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, bytes);
            series.received(bytes);
            if (account != null) {
                account.connections().received(bytes);
            }
        }

        @Override
        public void sent(int bytes) {
            stats.add(TcpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, bytes);
            series.sent(bytes);
            if (account != null) {
                account.connections().sent(bytes);
            }
        }

        @Override
        public void idle() {
            stats.inc(TcpStat.IDLE_TIMEOUT);
        }

        @Override
        public void ended(ResponseFlag flag) {
            series.closed(flag);
            if (account != null) {
                account.connections().closed(flag);
            }
        }
    }
}
