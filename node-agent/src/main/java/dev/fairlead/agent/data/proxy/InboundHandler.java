package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.policy.ConnectionChecks;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.tls.PeerIdentity;
import dev.fairlead.agent.data.tls.RevokedException;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that enters a pod: the pod's listener gives the filter chain, the chain says whether
 * it must be mTLS, the verified peer is told to the filter, and the application is reached in its
 * own namespace under the caller's address.
 *
 * <p>Thread: the pod's loop.
 */
final class InboundHandler {

    private static final Logger log = LoggerFactory.getLogger(InboundHandler.class);

    private final PodRuntime pod;
    private final ChainSelection selection;
    private final Map<Channel, Relayed> relayed = new HashMap<>();

    /** By what an opaque connection was let in. */
    private record Relayed(FilterChain chain, Facts facts) {}

    InboundHandler(PodRuntime pod) {
        this.pod = pod;
        this.selection =
                new ChainSelection(
                        pod, pod.inboundStats(), () -> pod.snapshot().inbound().get(pod.uid()));
    }

    void accept(Channel channel, InetSocketAddress destination) {
        selection.choose(channel, destination, chain -> secure(channel, destination, chain));
    }

    /** The listener may be there now, or may not let in any more what it has let in. */
    void configurationChanged() {
        selection.retryHeld();
        selection.revoke();
        revokeRelayed();
    }

    private void secure(Channel channel, InetSocketAddress destination, FilterChain chain) {
        ServerTls tls = chain.tls();
        if (tls == null) {
            serve(channel, destination, chain, null);
            return;
        }
        if (!mayShakeHands(channel)) {
            return;
        }
        SslHandler ssl = pod.context().tls().server(tls, channel.alloc());
        if (ssl == null) {
            pod.inboundStats().inc(ListenerStat.NOT_READY);
            Relay.reset(channel);
            return;
        }
        channel.pipeline().addLast(ssl, new AfterHandshake(ssl, destination, chain));
        HeldInput.hold(channel); // what comes with the handshake's last message
        HeldInput.passOn(channel);
        channel.config().setAutoRead(true);
    }

    /** Otherwise the connection, or another of a source that has more, is reset. */
    private boolean mayShakeHands(Channel channel) {
        if (!(channel.remoteAddress() instanceof InetSocketAddress caller)) {
            channel.close(); // gone before it could be asked
            return false;
        }
        InetAddress source = caller.getAddress();
        Handshakes handshakes = pod.handshakes();
        switch (handshakes.begin(source, channel)) {
            case Handshakes.Admission.Refused() -> {
                pod.inboundStats().inc(ListenerStat.SSL_HANDSHAKE_OVERFLOW);
                Relay.reset(channel);
                return false;
            }
            case Handshakes.Admission.Admitted(@Nullable Channel instead) -> {
                if (instead != null) {
                    pod.inboundStats().inc(ListenerStat.SSL_HANDSHAKE_OVERFLOW);
                    Relay.reset(instead);
                }
            }
        }
        channel.closeFuture().addListener(_ -> handshakes.end(source, channel));
        return true;
    }

    private void handsShaken(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress caller) {
            pod.handshakes().end(caller.getAddress(), channel);
        }
    }

    /** Goes on when the peer is known; its last act is to leave the pipeline. */
    private final class AfterHandshake extends ChannelInboundHandlerAdapter {

        private final SslHandler ssl;
        private final InetSocketAddress destination;
        private final FilterChain chain;

        AfterHandshake(SslHandler ssl, InetSocketAddress destination, FilterChain chain) {
            this.ssl = ssl;
            this.destination = destination;
            this.chain = chain;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close(); // its last word was no end of a handshake
            } else if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
                ctx.fireUserEventTriggered(event);
            } else if (handshake.isSuccess()) {
                handsShaken(ctx.channel());
                pod.inboundStats().inc(ListenerStat.SSL_HANDSHAKE);
                if (PeerIdentity.isResumed(ssl.engine())) {
                    pod.inboundStats().inc(ListenerStat.SSL_SESSION_REUSED);
                }
                ctx.channel().config().setAutoRead(false);
                Peer peer = Peer.of(ssl);
                ctx.pipeline().remove(this);
                pod.context()
                        .tls()
                        .guard(ctx.channel(), peer.chain(), () -> revoked(ctx.channel()));
                if (ctx.channel().isOpen()) {
                    serve(ctx.channel(), destination, chain, peer);
                }
            } else {
                pod.inboundStats().inc(ListenerStat.SSL_CONNECTION_ERROR);
                if (RevokedException.isWhy(handshake.cause())) {
                    pod.inboundStats().inc(ListenerStat.SSL_CERTIFICATE_REVOKED);
                }
                log.debug(
                        "handshake failed pod={} peer={} reason=\"{}\"",
                        pod.uid(),
                        ctx.channel().remoteAddress(),
                        reason(handshake.cause()));
                ctx.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // what failed was counted with the handshake
        }
    }

    private void revoked(Channel channel) {
        pod.inboundStats().inc(ListenerStat.SSL_CERTIFICATE_REVOKED);
        Relay.reset(channel);
    }

    /** The innermost: what our own check says stands there. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /**
     * Who called, proven by its certificate.
     *
     * @param chain what it has shown, leaf first
     * @param serverName that it asked for; empty: none
     */
    record Peer(SpiffeId identity, List<X509Certificate> chain, String serverName) {

        /** The peer of a handshake that has succeeded. */
        static Peer of(SslHandler ssl) {
            try {
                SSLSession session = ssl.engine().getSession();
                return new Peer(
                        PeerIdentity.of(session),
                        PeerIdentity.chainOf(session),
                        PeerIdentity.serverNameOf(ssl.engine()));
            } catch (SSLPeerUnverifiedException e) {
                throw new IllegalStateException("a handshake that verified nobody", e);
            }
        }
    }

    private void serve(
            Channel channel,
            InetSocketAddress destination,
            FilterChain chain,
            @Nullable Peer peer) {
        InetSocketAddress caller = (InetSocketAddress) channel.remoteAddress();
        if (caller == null) {
            channel.close(); // gone before it could be asked
            return;
        }
        InboundPeer known = new InboundPeer(pod, caller.getAddress(), peer);
        switch (chain.filter()) {
            case Filter.Http http ->
                    HttpEntry.install(
                            channel, new InboundRouter(pod, chain, http, destination, known));
            case Filter.Tcp tcp -> relay(channel, destination, chain, tcp, known);
        }
    }

    private void relay(
            Channel channel,
            InetSocketAddress destination,
            FilterChain chain,
            Filter.Tcp tcp,
            InboundPeer peer) {
        Facts facts = peer.facts(destination);
        if (tcp.checks().isEmpty()) {
            relay(channel, destination, chain, tcp, peer, facts);
            return;
        }
        ConnectionGate.ask(
                pod,
                channel,
                destination,
                tcp.checks(),
                facts,
                passes -> {
                    if (passes) {
                        relay(channel, destination, chain, tcp, peer, facts);
                    } else {
                        TcpProxy.deny(channel, peer.tcpSeries());
                    }
                });
    }

    private void relay(
            Channel channel,
            InetSocketAddress destination,
            FilterChain chain,
            Filter.Tcp tcp,
            InboundPeer peer,
            Facts facts) {
        relayed.put(channel, new Relayed(chain, facts));
        channel.closeFuture().addListener(_ -> relayed.remove(channel));
        TcpProxy.serve(
                pod, channel, tcp, destination, peer.address(), (_, _, _) -> peer.tcpSeries());
    }

    /** Resets the connections that the rules would not let pass any more. */
    private void revokeRelayed() {
        Listener listener = pod.snapshot().inbound().get(pod.uid());
        if (listener == null) {
            return;
        }
        for (Map.Entry<Channel, Relayed> each : List.copyOf(relayed.entrySet())) {
            FilterChain now = listener.successor(each.getValue().chain);
            if (now != null
                    && now.filter() instanceof Filter.Tcp tcp
                    && !ConnectionChecks.stillPass(tcp.checks(), each.getValue().facts)) {
                pod.inboundStats().inc(ListenerStat.REVOKED);
                Relay.reset(each.getKey());
            }
        }
    }
}
