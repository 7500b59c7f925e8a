package dev.fairlead.wire.tokens;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends an open connection of ours when its server's certificate is taken back, and sees to it that
 * the next one begins with a whole handshake. Owner: the channel's loop.
 */
final class ServerWatch extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(ServerWatch.class);
    private static final int LOOK_SECONDS = 2;

    private final MeshTrust trust;
    private @Nullable Future<?> looking;

    ServerWatch(MeshTrust trust) {
        this.trust = trust;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        looking =
                context.executor()
                        .scheduleWithFixedDelay(
                                () -> look(context), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
        context.fireChannelActive();
    }

    private void look(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls == null) {
            return;
        }
        SSLSession session = tls.engine().getSession();
        String taken = trust.takenBack(chain(session));
        if (taken != null) {
            log.warn(
                    "connection ended server={} reason=\"{}\"",
                    context.channel().remoteAddress(),
                    taken);
            session.invalidate();
            context.close();
        }
    }

    /** Leaf first; empty as long as the handshake is under way. */
    private static List<X509Certificate> chain(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
        return chain;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Future<?> current = looking;
        if (current != null) {
            current.cancel(false);
        }
        context.fireChannelInactive();
    }
}
