package dev.fairlead.agent.data.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP/2 server by Netty's own stream channels, that does with each request as it is told. */
final class H2Server implements AutoCloseable {

    /** A request under way, and how it can be answered. */
    final class Asked {
        final Http2StreamChannel stream;
        Http2Headers head = new DefaultHttp2Headers();
        Http2Headers trailers = new DefaultHttp2Headers();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Asked(Http2StreamChannel stream) {
            this.stream = stream;
        }

        Asked headers(Http2Headers headers, boolean ends) {
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, ends));
            return this;
        }

        Asked status(int status, boolean ends) {
            return headers(new DefaultHttp2Headers(false).status(Integer.toString(status)), ends);
        }

        Asked data(String text, boolean ends) {
            stream.writeAndFlush(
                    new DefaultHttp2DataFrame(
                            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), ends));
            return this;
        }

        Asked bytes(byte[] bytes) {
            stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(bytes), false));
            return this;
        }

        void ok() {
            status(200, false).data("ok", true);
        }

        void reset(Http2Error code) {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(code));
        }

        void goAway(Http2Error code) {
            stream.parent().writeAndFlush(new DefaultHttp2GoAwayFrame(code));
        }

        String text() {
            return body.toString(StandardCharsets.UTF_8);
        }
    }

    /** What it does; on its own thread. */
    interface Script {
        void run(Asked asked);
    }

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger resets = new AtomicInteger();
    final Queue<Asked> requests = new ConcurrentLinkedQueue<>();
    final Queue<Channel> open = new ConcurrentLinkedQueue<>();
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listener;

    private H2Server(Http2Settings settings, boolean atHead, Script script)
            throws InterruptedException {
        listener =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        connections.incrementAndGet();
                                        open.add(ch);
                                        ch.pipeline()
                                                .addLast(
                                                        Http2FrameCodecBuilder.forServer()
                                                                .encoderEnforceMaxRstFramesPerWindow(
                                                                        0, 0)
                                                                .validateHeaders(false)
                                                                .initialSettings(settings)
                                                                .build(),
                                                        new Http2MultiplexHandler(
                                                                streams(atHead, script)));
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
    }

    /** Runs {@code script} when a request is whole. */
    static H2Server that(Script script) throws InterruptedException {
        return new H2Server(Http2Settings.defaultSettings(), false, script);
    }

    static H2Server that(Http2Settings settings, Script script) throws InterruptedException {
        return new H2Server(settings, false, script);
    }

    /** Runs {@code script} when the head of a request is there. */
    static H2Server thatAtTheHead(Script script) throws InterruptedException {
        return new H2Server(Http2Settings.defaultSettings(), true, script);
    }

    static H2Server thatAtTheHead(Http2Settings settings, Script script)
            throws InterruptedException {
        return new H2Server(settings, true, script);
    }

    static H2Server thatAnswersOk() throws InterruptedException {
        return that(Asked::ok);
    }

    private ChannelInitializer<Http2StreamChannel> streams(boolean atHead, Script script) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Http2StreamChannel stream) {
                stream.pipeline().addLast(new Reader(new Asked(stream), atHead, script));
            }
        };
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        private final Asked asked;
        private final boolean atHead;
        private final Script script;
        private boolean headSeen;

        Reader(Asked asked, boolean atHead, Script script) {
            this.asked = asked;
            this.atHead = atHead;
            this.script = script;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean ends = false;
            boolean first = false;
            if (message instanceof Http2HeadersFrame frame) {
                first = !headSeen;
                if (headSeen) {
                    asked.trailers = frame.headers();
                } else {
                    headSeen = true;
                    asked.head = frame.headers();
                    requests.add(asked);
                }
                ends = frame.isEndStream();
            } else if (message instanceof Http2DataFrame frame) {
                asked.body.writeBytes(ByteBufUtil.getBytes(frame.content()));
                ends = frame.isEndStream();
            }
            ReferenceCountUtil.release(message);
            if (atHead ? first : ends) {
                script.run(asked);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame) {
                resets.incrementAndGet();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Its address as the mesh knows it. */
    InetSocketAddress address() {
        return Mesh.address(((InetSocketAddress) listener.localAddress()).getPort());
    }

    @Override
    public void close() throws InterruptedException {
        listener.close().sync();
        for (Channel each : open) {
            each.close().sync();
        }
        group.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).sync();
    }
}
