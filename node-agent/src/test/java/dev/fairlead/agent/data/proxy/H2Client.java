package dev.fairlead.agent.data.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 client by Netty's own stream channels, which share no code with the data plane's. */
final class H2Client implements AutoCloseable {

    /**
     * @param reset error code of a RST_STREAM, or -1
     */
    record Response(List<Http2Headers> heads, String body, long reset) {
        int status() {
            return Integer.parseInt(String.valueOf(heads.getLast().status()));
        }

        @Nullable String header(String name) {
            for (Http2Headers head : heads) {
                CharSequence value = head.get(name);
                if (value != null) {
                    return value.toString();
                }
            }
            return null;
        }
    }

    private static final EventLoopGroup GROUP =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    final Channel channel;
    final CompletableFuture<Long> goAway = new CompletableFuture<>();

    private H2Client(int port, Http2Settings settings) throws InterruptedException {
        channel =
                new Bootstrap()
                        .group(GROUP)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel ch) {
                                        ch.pipeline()
                                                .addLast(
                                                        Http2FrameCodecBuilder.forClient()
                                                                .validateHeaders(false)
                                                                .initialSettings(settings)
                                                                .build(),
                                                        new Http2MultiplexHandler(
                                                                new ChannelInboundHandlerAdapter()),
                                                        new GoAways());
                                    }
                                })
                        .connect(InetAddress.getLoopbackAddress(), port)
                        .sync()
                        .channel();
    }

    static H2Client to(int port) throws InterruptedException {
        return new H2Client(port, Http2Settings.defaultSettings());
    }

    static H2Client to(int port, Http2Settings settings) throws InterruptedException {
        return new H2Client(port, settings);
    }

    private final class GoAways extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2GoAwayFrame frame) {
                goAway.complete(frame.errorCode());
            }
            ReferenceCountUtil.release(message);
        }
    }

    /** One request under way. */
    final class Call {
        final Http2StreamChannel stream;
        final CompletableFuture<Response> response = new CompletableFuture<>();
        final CompletableFuture<Http2Headers> head = new CompletableFuture<>();
        private final List<Http2Headers> heads = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Call(boolean reading) throws InterruptedException {
            stream =
                    new Http2StreamChannelBootstrap(channel)
                            .option(io.netty.channel.ChannelOption.AUTO_READ, reading)
                            .handler(new Reader())
                            .open()
                            .syncUninterruptibly()
                            .getNow();
        }

        Call head(Http2Headers headers, boolean ends) {
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, ends));
            return this;
        }

        Call data(String text, boolean ends) {
            stream.writeAndFlush(
                    new DefaultHttp2DataFrame(
                            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), ends));
            return this;
        }

        void reset() {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        }

        Response get() throws Exception {
            return response.get(20, TimeUnit.SECONDS);
        }

        private final class Reader extends ChannelInboundHandlerAdapter {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                boolean ends = false;
                if (message instanceof Http2HeadersFrame frame) {
                    heads.add(frame.headers());
                    head.complete(frame.headers());
                    ends = frame.isEndStream();
                } else if (message instanceof Http2DataFrame frame) {
                    body.writeBytes(ByteBufUtil.getBytes(frame.content()));
                    ends = frame.isEndStream();
                }
                ReferenceCountUtil.release(message);
                if (ends) {
                    finish(-1);
                }
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof Http2ResetFrame frame) {
                    finish(frame.errorCode());
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                finish(-2);
            }

            private void finish(long reset) {
                response.complete(
                        new Response(heads, body.toString(StandardCharsets.UTF_8), reset));
            }
        }
    }

    static Http2Headers get(String authority, String path) {
        return head("GET", authority, path);
    }

    static Http2Headers head(String method, String authority, String path) {
        return new DefaultHttp2Headers(false)
                .method(method)
                .scheme("http")
                .authority(authority)
                .path(path);
    }

    Call call(Http2Headers headers, boolean ends) throws InterruptedException {
        return new Call(true).head(headers, ends);
    }

    /** One that reads only when it is told to. */
    Call callWithoutReading(Http2Headers headers) throws InterruptedException {
        return new Call(false).head(headers, true);
    }

    @Override
    public void close() throws InterruptedException {
        channel.close().sync();
    }
}
