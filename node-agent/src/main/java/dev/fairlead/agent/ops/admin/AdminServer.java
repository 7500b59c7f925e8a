package dev.fairlead.agent.ops.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server for operators, Prometheus and the kubelet: one thread for its sockets, a virtual
 * thread for each page, none of the worker loops.
 *
 * <p>Owner: NodeAgent makes and closes it. {@link #start} binds the Unix socket first.
 */
public final class AdminServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final int MAX_REQUEST_BYTES = 64 * 1024; // far more than any query needs
    private static final int MAX_CONNECTIONS =
            256; // of each port; beyond them, new ones are closed at once
    private static final int MAX_SECONDS = 60; // for a connection, its one answer included

    private final AdminConfig config;
    private final AdminPages pages;
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("admin", true), EpollIoHandler.newFactory());
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Channel> admin = new ArrayList<>();
    private final List<Channel> metrics = new ArrayList<>();
    private final List<Channel> readiness = new ArrayList<>();

    public AdminServer(AdminConfig config, AdminSources sources) {
        this.config = config;
        this.pages = new AdminPages(sources);
    }

    /** IOException names the address that could not be bound. */
    public void start() throws IOException {
        bindSocket();
        admin.add(
                bind(new InetSocketAddress("127.0.0.1", config.adminPort()), pages.admin(), true));
        bindLoopback6();
        for (InetSocketAddress address : config.metrics()) {
            metrics.add(bind(address, pages.metrics(), false));
        }
        for (InetSocketAddress address : config.readiness()) {
            readiness.add(bind(address, pages.readiness(), false));
        }
        LOG.info(
                "listening admin={} socket={} metrics={} readiness={}",
                adminAddress(),
                config.socket(),
                metricsAddresses(),
                readinessAddresses());
    }

    /** Made beside its name and moved there, so that nobody meets it with other permissions. */
    private void bindSocket() throws IOException {
        Path made = config.socket().resolveSibling(config.socket().getFileName() + ".new");
        Files.deleteIfExists(made);
        bind(
                EpollServerDomainSocketChannel.class,
                new DomainSocketAddress(made.toFile()),
                pages.admin(),
                false);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
        Files.move(made, config.socket(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void bindLoopback6() {
        try {
            admin.add(
                    bind(
                            new InetSocketAddress("::1", adminAddress().getPort()),
                            pages.admin(),
                            true));
        } catch (IOException e) {
            LOG.info("admin without IPv6 reason=\"{}\"", e.getMessage());
        }
    }

    private Channel bind(InetSocketAddress address, Pages served, boolean loopbackHostOnly)
            throws IOException {
        return bind(EpollServerSocketChannel.class, address, served, loopbackHostOnly);
    }

    private Channel bind(
            Class<? extends ServerChannel> type,
            SocketAddress address,
            Pages served,
            boolean loopbackHostOnly)
            throws IOException {
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(type)
                        .childHandler(connection(served, loopbackHostOnly))
                        .bind(address)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen on " + address, bound.cause());
        }
        return bound.channel();
    }

    private ChannelInitializer<Channel> connection(Pages served, boolean loopbackHostOnly) {
        Semaphore connections = new Semaphore(MAX_CONNECTIONS);
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (!connections.tryAcquire()) {
                    channel.close();
                    return;
                }
                var deadline =
                        channel.eventLoop()
                                .schedule(() -> channel.close(), MAX_SECONDS, TimeUnit.SECONDS);
                channel.closeFuture()
                        .addListener(_ -> {
                            deadline.cancel(false);
                            connections.release();
                        });
                channel.pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new OneRequest())
                        .addLast(new AdminHandler(served, loopbackHostOnly, executor));
            }
        };
    }

    /** Gathers a request; closes where it is too large, while Netty would read on. */
    private static final class OneRequest extends HttpObjectAggregator {

        OneRequest() {
            super(MAX_REQUEST_BYTES, true);
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage large) {
            var response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Where admin listens on TCP, with the port that it got. */
    public InetSocketAddress adminAddress() {
        return (InetSocketAddress) admin.getFirst().localAddress();
    }

    /** In the order of the configuration. */
    public List<InetSocketAddress> metricsAddresses() {
        return addresses(metrics);
    }

    /** In the order of the configuration. */
    public List<InetSocketAddress> readinessAddresses() {
        return addresses(readiness);
    }

    private static List<InetSocketAddress> addresses(List<Channel> channels) {
        return channels.stream().map(each -> (InetSocketAddress) each.localAddress()).toList();
    }

    /** Closes every socket and removes the Unix socket's file. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        executor.shutdownNow();
        try {
            Files.deleteIfExists(config.socket());
        } catch (IOException e) {
            LOG.warn("admin socket not removed path={}", config.socket(), e);
        }
    }
}
