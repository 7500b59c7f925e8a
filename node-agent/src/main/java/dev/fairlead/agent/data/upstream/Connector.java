package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.capture.AddressPolicy;
import dev.fairlead.agent.data.capture.RefusalReason;
import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.header.ProxyHeader;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.tls.PeerIdentity;
import dev.fairlead.agent.data.tls.RevokedException;
import dev.fairlead.agent.data.tls.WrongPeerException;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.ConnectionPool.TcpKeepAlive;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection of a pod to an endpoint: plaintext or mTLS, over the wire or the short way.
 *
 * <p>Thread: the pod's loop.
 */
final class Connector {

    private final PodContext context;

    Connector(PodContext context) {
        this.context = context;
    }

    /** Who wants the connection. Exactly one of both is called, once. */
    interface Waiter {

        /**
         * It is there, handshake and peer checked, reading not yet switched on.
         *
         * @param account of the destination's side where it took the short way
         * @param mutual whether it is, or stands for, mTLS
         */
        void connected(Channel channel, @Nullable DestinationAccount account, boolean mutual);

        void failed(ResponseFlag flag);
    }

    /** Where the bytes go and what protects them. */
    private sealed interface Security {
        record Plain() implements Security {}

        record Mutual(UpstreamTls tls, Set<SpiffeId> peers) implements Security {}

        /** Not the mesh's; the endpoint is nobody of whom it would know more. */
        record Originated(TlsOrigination tls) implements Security {}

        /** It must be mTLS and there is nobody to check the peer against. */
        record Impossible() implements Security {}
    }

    /**
     * @param from caller's address that the application shall see; null: the pod's own
     * @param origin what a PROXY header says where one is due; null: the connection's own ends
     * @param http which HTTP is spoken on it; null: its bytes are not looked at
     * @param host that it is for, where the cluster goes by that; null: any
     */
    void connect(
            Cluster cluster,
            Endpoint endpoint,
            @Nullable InetAddress from,
            @Nullable ProxyHeader origin,
            @Nullable HttpProtocol http,
            @Nullable String host,
            ConnectionBooks books,
            Waiter waiter) {
        if (refused(endpoint, from != null)) {
            books.stats().inc(ClusterStat.UPSTREAM_CX_REFUSED_ADDRESS);
            waiter.failed(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
            return;
        }
        Security security = security(cluster.transport(), endpoint);
        UpstreamTls mutual =
                security instanceof Security.Mutual m ? Alpn.offered(m.tls, http) : null;
        switch (security) {
            case Security.Impossible() -> {
                books.stats().inc(ClusterStat.SSL_CONNECTION_ERROR);
                waiter.failed(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
            }
            case Security.Plain() ->
                    choose(cluster, endpoint, from, origin, http, null, null, books, waiter);
            case Security.Originated(TlsOrigination tls) -> {
                SslHandler ssl =
                        context.tls()
                                .originate(
                                        context.pod().identity(),
                                        tls,
                                        host,
                                        io.netty.buffer.ByteBufAllocator.DEFAULT);
                overTheWire(cluster, endpoint, origin, ssl, tls, books, waiter);
            }
            case Security.Mutual(UpstreamTls _, Set<SpiffeId> peers) ->
                    choose(cluster, endpoint, from, origin, http, mutual, peers, books, waiter);
        }
    }

    /**
     * Whether a connection that was made to {@code endpoint} is what one made now would be: the
     * same way, with or without mTLS as then.
     *
     * @param http as it was asked for
     * @param account as {@link Waiter#connected} was told
     */
    boolean wouldBeTheSame(
            Cluster cluster,
            Endpoint endpoint,
            HttpProtocol http,
            @Nullable DestinationAccount account,
            boolean mutual) {
        Security security = security(cluster.transport(), endpoint);
        if (security instanceof Security.Impossible
                || mutual != security instanceof Security.Mutual) {
            return false;
        }
        if (security instanceof Security.Originated) {
            return account == null;
        }
        UpstreamTls tls = security instanceof Security.Mutual m ? Alpn.offered(m.tls, http) : null;
        return switch (way(cluster, endpoint, tls, http)) {
            case SameNode.Way.Refused(var _) -> false;
            case SameNode.Way.Wire() -> account == null;
            case SameNode.Way.Direct(LocalPod destination, DestinationAccount now) ->
                    account != null
                            && account.destination().equals(destination)
                            && account.protocol() == now.protocol()
                            && account.proxyProtocol() == now.proxyProtocol();
        };
    }

    /** A header that the other side would not take off goes the way that it would have gone. */
    private SameNode.Way way(
            Cluster cluster,
            Endpoint endpoint,
            @Nullable UpstreamTls mutual,
            @Nullable HttpProtocol http) {
        SameNode.Way way = context.sameNode().way(context.pod(), endpoint.address(), mutual, http);
        return way instanceof SameNode.Way.Direct(var _, DestinationAccount account)
                        && cluster.proxyProtocol() != ProxyProtocol.NONE
                        && account.proxyProtocol() == ProxyProtocol.NONE
                ? new SameNode.Way.Wire()
                : way;
    }

    /** Loopback, link-local, listeners of ours and the like are nobody's upstream. */
    private boolean refused(Endpoint endpoint, boolean application) {
        InetAddress address = endpoint.address().getAddress();
        int port = endpoint.address().getPort();
        RefusalReason reason =
                application
                        ? AddressPolicy.inboundRefusal(address, port)
                        : context.addressPolicy().refusal(address, port);
        if (reason != null) {
            context.stats().listener(context.pod().uid(), "outbound").inc(reason.stat());
        }
        return reason != null;
    }

    private Security security(UpstreamTransport transport, Endpoint endpoint) {
        return switch (transport) {
            case UpstreamTransport.Plaintext() -> new Security.Plain();
            case UpstreamTransport.Mutual(UpstreamTls tls) -> mutual(tls, endpoint);
            case UpstreamTransport.Auto(UpstreamTls tls) ->
                    speaksMutualTls(endpoint) ? mutual(tls, endpoint) : new Security.Plain();
            case UpstreamTransport.Originated(TlsOrigination tls) -> new Security.Originated(tls);
        };
    }

    private boolean speaksMutualTls(Endpoint endpoint) {
        if (endpoint.mutualTls()) {
            return true;
        }
        Workload workload = workloadAt(endpoint);
        return workload != null && workload.speaksMutualTls(endpoint.address().getPort());
    }

    private Security mutual(UpstreamTls tls, Endpoint endpoint) {
        if (!tls.peers().isEmpty()) {
            return new Security.Mutual(tls, tls.peers());
        }
        Workload workload = workloadAt(endpoint);
        return workload == null
                ? new Security.Impossible()
                : new Security.Mutual(tls, workload.identities());
    }

    private @Nullable Workload workloadAt(Endpoint endpoint) {
        return context.snapshot().get().workloads().at(endpoint.address().getAddress());
    }

    private void choose(
            Cluster cluster,
            Endpoint endpoint,
            @Nullable InetAddress from,
            @Nullable ProxyHeader origin,
            @Nullable HttpProtocol http,
            @Nullable UpstreamTls mutual,
            @Nullable Set<SpiffeId> peers,
            ConnectionBooks books,
            Waiter waiter) {
        LocalPod self = context.pod();
        if (from != null) { // inbound: the application is in this very namespace
            var first = new FirstHandler(null, cluster.proxyProtocol(), origin, books);
            open(cluster, endpoint, self, from, first, books, waiter, null, false, null);
            return;
        }
        switch (way(cluster, endpoint, mutual, http)) {
            case SameNode.Way.Refused(ResponseFlag flag) -> waiter.failed(flag);
            case SameNode.Way.Direct(LocalPod destination, DestinationAccount account) -> {
                if (peers != null && !peers.contains(destination.identity())) {
                    books.stats().inc(ClusterStat.SSL_FAIL_VERIFY_SAN);
                    waiter.failed(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
                } else {
                    InetAddress seen = destination.equals(self) ? null : sourceFor(endpoint);
                    boolean said = cluster.proxyProtocol() != ProxyProtocol.NONE;
                    open(
                            cluster,
                            endpoint,
                            destination,
                            seen,
                            new FirstHandler(
                                    null, account.proxyProtocol(), said ? origin : null, books),
                            books,
                            waiter,
                            account,
                            mutual != null,
                            null);
                }
            }
            case SameNode.Way.Wire() ->
                    overTheWire(cluster, endpoint, origin, mutual, peers, books, waiter);
        }
    }

    private @Nullable InetAddress sourceFor(Endpoint endpoint) {
        int length = endpoint.address().getAddress().getAddress().length;
        for (InetAddress own : context.pod().addresses()) {
            if (own.getAddress().length == length) {
                return own;
            }
        }
        return null;
    }

    private void overTheWire(
            Cluster cluster,
            Endpoint endpoint,
            @Nullable ProxyHeader origin,
            @Nullable UpstreamTls mutual,
            @Nullable Set<SpiffeId> peers,
            ConnectionBooks books,
            Waiter waiter) {
        if (mutual == null || peers == null) {
            var first = new FirstHandler(null, cluster.proxyProtocol(), origin, books);
            open(cluster, endpoint, context.pod(), null, first, books, waiter, null, false, null);
            return;
        }
        SslHandler ssl =
                context.tls()
                        .client(
                                context.pod().identity(),
                                mutual,
                                peers,
                                endpoint.address(),
                                io.netty.buffer.ByteBufAllocator.DEFAULT);
        overTheWire(cluster, endpoint, origin, ssl, null, books, waiter);
    }

    /**
     * @param ssl null: a certificate that it needs is not there
     * @param originated how, where it is not the mesh's; null: mTLS of the mesh
     */
    private void overTheWire(
            Cluster cluster,
            Endpoint endpoint,
            @Nullable ProxyHeader origin,
            @Nullable SslHandler ssl,
            @Nullable TlsOrigination originated,
            ConnectionBooks books,
            Waiter waiter) {
        if (ssl == null) {
            waiter.failed(ResponseFlag.NOT_READY);
            return;
        }
        var first = new FirstHandler(ssl, cluster.proxyProtocol(), origin, books);
        boolean mutual = originated == null;
        open(
                cluster,
                endpoint,
                context.pod(),
                null,
                first,
                books,
                waiter,
                null,
                mutual,
                originated);
    }

    private void open(
            Cluster cluster,
            Endpoint endpoint,
            LocalPod namespace,
            @Nullable InetAddress from,
            FirstHandler first,
            ConnectionBooks books,
            Waiter waiter,
            @Nullable DestinationAccount account,
            boolean mutual,
            @Nullable TlsOrigination originated) {
        int timeoutMillis = (int) Math.max(1, cluster.connectTimeout().toMillis());
        context.sockets()
                .connect(namespace, context.loop(), endpoint.address(), from, timeoutMillis, first)
                .addListener((Future<Channel> connecting) -> {
                    if (!connecting.isSuccess()) {
                        first.releaseUnused();
                        waiter.failed(books.failed(connecting.cause()));
                        return;
                    }
                    Channel channel = connecting.getNow();
                    keepAlive(channel, cluster.policy().pool().tcpKeepAlive());
                    first.sayWhoCalls();
                    SslHandler ssl = first.ssl();
                    if (account != null) {
                        context.sameNode().entered(namespace, channel);
                    }
                    if (ssl == null) {
                        waiter.connected(channel, account, mutual);
                    } else {
                        ssl.setHandshakeTimeoutMillis(timeoutMillis);
                        awaitHandshake(channel, ssl, originated, books, waiter);
                    }
                });
    }

    private static void keepAlive(Channel channel, @Nullable TcpKeepAlive wanted) {
        if (wanted == null) {
            return;
        }
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        if (wanted.probes() > 0) {
            config.setOption(EpollChannelOption.TCP_KEEPCNT, wanted.probes());
        }
        if (wanted.time() != null) {
            config.setOption(EpollChannelOption.TCP_KEEPIDLE, (int) wanted.time().toSeconds());
        }
        if (wanted.interval() != null) {
            config.setOption(EpollChannelOption.TCP_KEEPINTVL, (int) wanted.interval().toSeconds());
        }
    }

    /** What was wrong with the peer's certificate; null: that was not it. */
    private static @Nullable ClusterStat refusal(@Nullable Throwable failure) {
        if (RevokedException.isWhy(failure)) {
            return ClusterStat.SSL_CERTIFICATE_REVOKED;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return cause instanceof WrongPeerException
                        ? ClusterStat.SSL_FAIL_VERIFY_SAN
                        : ClusterStat.SSL_FAIL_VERIFY_ERROR;
            }
        }
        return null;
    }

    /** The connection ends when its server's certificate is taken back. */
    private void guard(
            Channel channel,
            SslHandler ssl,
            @Nullable TlsOrigination originated,
            ConnectionBooks books) {
        if (originated != null && originated.roots() == null) {
            return; // the server is whoever it is
        }
        Runnable revoked =
                () -> {
                    books.stats().inc(ClusterStat.SSL_CERTIFICATE_REVOKED);
                    Relay.reset(channel);
                };
        try {
            List<X509Certificate> chain = PeerIdentity.chainOf(ssl.engine().getSession());
            if (originated == null) {
                context.tls().guard(channel, chain, revoked);
            } else {
                context.tls().guard(channel, chain, context.pod().identity(), originated, revoked);
            }
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException("a handshake that verified nobody", e);
        }
    }

    private void awaitHandshake(
            Channel channel,
            SslHandler ssl,
            @Nullable TlsOrigination originated,
            ConnectionBooks books,
            Waiter waiter) {
        HeldInput.hold(channel);
        channel.read();
        ssl.handshakeFuture()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        books.stats().inc(ClusterStat.SSL_HANDSHAKE);
                        if (PeerIdentity.isResumed(ssl.engine())) {
                            books.stats().inc(ClusterStat.SSL_SESSION_REUSED);
                        }
                        guard(channel, ssl, originated, books);
                        if (!channel.isOpen()) {
                            waiter.failed(ResponseFlag.UPSTREAM_CONNECT_FAILURE);
                            return;
                        }
                        waiter.connected(channel, null, originated == null);
                        HeldInput.passOn(channel);
                    } else {
                        books.stats().inc(ClusterStat.SSL_CONNECTION_ERROR);
                        ClusterStat refused = refusal(done.cause());
                        if (refused != null) {
                            books.stats().inc(refused);
                        }
                        ResponseFlag why = books.failed(done.cause());
                        channel.close();
                        waiter.failed(why);
                    }
                });
    }
}
