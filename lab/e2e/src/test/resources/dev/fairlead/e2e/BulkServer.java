import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/**
 * Takes and gives many bytes, over HTTP/1.1 on 8081 and h2c on 8082: PUT is answered with length
 * and SHA-256 of the body, GET /N by N bytes, GET /sum by the SHA-256 of the last such answer. On
 * 9000 it sends back over TCP what it gets.
 */
class BulkServer {

    private static volatile String lastSum = "";

    public static void main(String[] arguments) throws Exception {
        listen(8081, channel -> channel.pipeline().addLast(new HttpServerCodec(), new Http()));
        listen(8082, BulkServer::http2);
        try (ServerSocket server = new ServerSocket(9000)) {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        }
    }

    private interface Init {
        void init(Channel channel);
    }

    private static ChannelInitializer<Channel> initializer(Init init) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                init.init(channel);
            }
        };
    }

    private static void listen(int port, Init init) throws InterruptedException {
        new ServerBootstrap()
                .group(new NioEventLoopGroup(1))
                .channel(NioServerSocketChannel.class)
                .childHandler(initializer(init))
                .bind(port)
                .sync();
    }

    private static void http2(Channel channel) {
        Init stream =
                child ->
                        child.pipeline()
                                .addLast(new Http2StreamFrameToHttpObjectCodec(true), new Http());
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer().build(),
                        new Http2MultiplexHandler(initializer(stream)));
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        } catch (java.io.IOException e) {
            System.err.println("echo ended: " + e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Http extends SimpleChannelInboundHandler<HttpObject> {

        private static final int BLOCK = 64 * 1024;

        private MessageDigest digest = digest();
        private long received;
        private long toSend;
        private byte[] block = new byte[0];
        private String path = "";
        private String method = "";

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (message instanceof HttpRequest head) {
                digest = digest();
                received = 0;
                path = head.uri();
                method = head.method().name();
                if (HttpUtil.is100ContinueExpected(head)) {
                    ctx.writeAndFlush(
                            new io.netty.handler.codec.http.DefaultFullHttpResponse(
                                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
                }
            }
            if (message instanceof HttpContent content) {
                received += content.content().readableBytes();
                digest.update(content.content().nioBuffer());
            }
            if (message instanceof LastHttpContent) {
                answer(ctx);
            }
        }

        private void answer(ChannelHandlerContext ctx) {
            if (method.equals("PUT") || method.equals("POST")) {
                text(ctx, received + " " + HexFormat.of().formatHex(digest.digest()));
            } else if (path.matches("/[0-9]+")) {
                digest = digest();
                toSend = Long.parseLong(path.substring(1));
                block = new byte[BLOCK];
                new Random(7).nextBytes(block);
                head(ctx, toSend);
                send(ctx);
            } else {
                text(ctx, lastSum);
            }
        }

        private static void head(ChannelHandlerContext ctx, long length) {
            var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            HttpUtil.setContentLength(head, length);
            ctx.write(head);
        }

        private static void text(ChannelHandlerContext ctx, String text) {
            ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
            head(ctx, bytes.readableBytes());
            ctx.writeAndFlush(new DefaultLastHttpContent(bytes));
        }

        private void send(ChannelHandlerContext ctx) {
            while (toSend > 0 && ctx.channel().isWritable()) {
                int length = (int) Math.min(BLOCK, toSend);
                toSend -= length;
                block[(int) (toSend / BLOCK % BLOCK)]++; // no two blocks are alike
                digest.update(block, 0, length);
                if (toSend == 0) {
                    lastSum = HexFormat.of().formatHex(digest.digest());
                }
                ByteBuf bytes = Unpooled.copiedBuffer(block, 0, length);
                ctx.writeAndFlush(
                        toSend == 0
                                ? new DefaultLastHttpContent(bytes)
                                : new DefaultHttpContent(bytes));
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.err.println("ended: " + cause);
            ctx.close();
        }
    }
}
