package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection; and, where bytes are expected, an answer that has them in this order, whatever is
 * between them.
 *
 * <p>Owner: the pod's worker loop.
 */
final class TcpProbe implements CheckSession.Probe {

    private final Kind.Tcp kind;
    private @Nullable Consumer<Outcome> listener;
    private @Nullable Channel channel;

    TcpProbe(Kind.Tcp kind) {
        this.kind = kind;
    }

    @Override
    public void begin(PodCluster cluster, UpstreamHost host, Consumer<Outcome> ended) {
        listener = ended;
        cluster.connectTcp(
                host,
                null,
                null,
                new PodCluster.TcpWaiter() {
                    @Override
                    public void connected(
                            Channel made, @Nullable DestinationAccount account, boolean mutual) {
                        TcpProbe.this.connected(made);
                    }

                    @Override
                    public void failed(ResponseFlag flag) {
                        end(
                                flag == ResponseFlag.NOT_READY
                                        ? Outcome.NOT_ASKED
                                        : Outcome.NETWORK_FAILURE);
                    }
                });
    }

    private void connected(Channel made) {
        channel = made;
        if (listener == null) {
            made.close();
            return;
        }
        ByteBuf question =
                kind.send() == null
                        ? Unpooled.EMPTY_BUFFER
                        : Unpooled.wrappedBuffer(HexFormat.of().parseHex(kind.send()));
        if (kind.receive().isEmpty()) {
            made.writeAndFlush(question).addListener(ChannelFutureListener.CLOSE);
            end(Outcome.SUCCESS);
            return;
        }
        made.pipeline().addLast(new Answer());
        made.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        made.writeAndFlush(question);
        made.config().setAutoRead(true);
    }

    private void end(Outcome outcome) {
        Consumer<Outcome> told = listener;
        listener = null;
        if (channel != null && outcome != Outcome.SUCCESS) {
            channel.close();
        }
        if (told != null) {
            told.accept(outcome);
        }
    }

    @Override
    public void abort() {
        listener = null;
        if (channel != null) {
            channel.close();
        }
    }

    private final class Answer extends ChannelInboundHandlerAdapter {

        private final ExpectedBytes expected = ExpectedBytes.ofHex(kind.receive());

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof ByteBuf bytes && expected.found(bytes)) {
                    end(Outcome.SUCCESS);
                    context.close();
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(Outcome.NETWORK_FAILURE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
