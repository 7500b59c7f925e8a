package dev.fairlead.agent.data.capture;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * Proof that a pod's connections are captured: one made in its namespace, to an address where
 * nobody is, must be answered by this pod's own listener with the number that only we know.
 *
 * <p>It proves the way out. The way in cannot be tried from the node, whose own connections are not
 * captured; for it the rules are verified.
 *
 * <p>Owner: the pod's worker loop. The addresses are of the documentation blocks (RFC 5737, 3849):
 * uncaptured, they lead nowhere.
 */
final class SelfTest {

    private static final int PORT = 15021;
    private static final InetSocketAddress V4 =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), PORT);
    private static final InetSocketAddress V6 =
            new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), PORT);
    private static final int TIMEOUT_MILLIS = 2000;

    private final long secret;

    SelfTest(long secret) {
        this.secret = secret;
    }

    /** What a pod with this address calls. */
    static InetSocketAddress target(InetAddress pod) {
        return pod instanceof Inet4Address ? V4 : V6;
    }

    boolean isFor(InetSocketAddress destination) {
        return destination.getPort() == PORT && (destination.equals(V4) || destination.equals(V6));
    }

    /** The listener's part. */
    void answer(EpollSocketChannel captured) {
        captured.eventLoop()
                .execute(() ->
                        captured.writeAndFlush(Unpooled.copyLong(secret))
                                .addListener(ChannelFutureListener.CLOSE));
    }

    /** The caller's part. Fails with what was seen instead of capture. */
    CompletableFuture<Void> prove(PodSockets sockets, EventLoop loop, InetAddress pod) {
        var proof = new CompletableFuture<Void>();
        var target = target(pod);
        var connect =
                sockets.unmarked(loop, target.getAddress())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                        .option(ChannelOption.AUTO_READ, true)
                        .handler(new Answer(proof))
                        .connect(target);
        connect.addListener(_ -> {
            if (!connect.isSuccess()) {
                proof.completeExceptionally(notCaptured(connect.cause().getMessage()));
            }
        });
        var bound =
                loop.schedule(
                        () -> {
                            proof.completeExceptionally(notCaptured("no answer"));
                        },
                        TIMEOUT_MILLIS,
                        java.util.concurrent.TimeUnit.MILLISECONDS);
        return proof.whenComplete((_, _) -> {
            bound.cancel(false);
            connect.channel().close();
        });
    }

    private static IOException notCaptured(@org.jspecify.annotations.Nullable String seen) {
        return new IOException("self-test: connections of the pod are not captured: " + seen);
    }

    private final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<Void> proof;
        private final ByteBuf seen = Unpooled.buffer(Long.BYTES);

        private Answer(CompletableFuture<Void> proof) {
            this.proof = proof;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            seen.writeBytes(
                    bytes, Math.min(bytes.readableBytes(), Long.BYTES - seen.readableBytes()));
            if (seen.readableBytes() == Long.BYTES) {
                if (seen.getLong(0) == secret) {
                    proof.complete(null);
                } else {
                    proof.completeExceptionally(notCaptured("someone else answered"));
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            proof.completeExceptionally(notCaptured("closed without an answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            proof.completeExceptionally(notCaptured(cause.getMessage()));
        }
    }
}
