package dev.fairlead.pilot.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.Backing;
import dev.fairlead.pilot.Pilot;
import dev.fairlead.pilot.keys.HttpFetch;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.wire.tokens.Caller;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A pilot on the loopback without TLS, which believes its callers' word for who they are. */
public final class TestPilot implements AutoCloseable {

    private static final Metadata.Key<String> NODE =
            Metadata.Key.of("node", Metadata.ASCII_STRING_MARSHALLER);

    private final @Nullable TestCluster cluster;
    private final Pilot pilot;
    private final ManagedChannel channel;

    public TestPilot(TestCluster cluster) throws IOException {
        this(Backing.directory(cluster.root(), new HttpFetch(null)), cluster);
    }

    /** One that stands on something else than a test's cluster. */
    public TestPilot(Backing backing) throws IOException {
        this(backing, null);
    }

    private TestPilot(Backing backing, @Nullable TestCluster cluster) throws IOException {
        this.cluster = cluster;
        var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        pilot = Pilot.start(backing, NettyServerBuilder.forAddress(listen), new Believing());
        channel =
                ManagedChannelBuilder.forAddress("127.0.0.1", pilot.port()).usePlaintext().build();
    }

    /** Calls of this channel come from that node. */
    public Channel channel(String node) {
        var headers = new Metadata();
        headers.put(NODE, node);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    public Pilot pilot() {
        return pilot;
    }

    /** Waits until this node's agent has acknowledged this revision of applied/. */
    public void awaitAcknowledged(String node, long revision) throws Exception {
        Await.until(
                node + " acknowledges " + revision,
                () -> {
                    JsonNode status =
                            Objects.requireNonNull(cluster).status(StatusKeys.agent(node));
                    return status != null
                            && status.path("connected").asBoolean()
                            && status.path("ackedAppliedRevision").asLong() >= revision;
                });
    }

    /** Waits until pilot has dealt with this revision of applied/. */
    public void awaitCompiled(long revision) throws Exception {
        Await.until(
                "revision " + revision + " is compiled",
                () -> {
                    JsonNode status = Objects.requireNonNull(cluster).status(StatusKeys.PILOT);
                    return status != null && status.path("appliedRevision").asLong() >= revision;
                });
    }

    @Override
    public void close() throws IOException {
        channel.shutdownNow();
        pilot.close();
    }

    private static final class Believing implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String node = Objects.requireNonNull(headers.get(NODE));
            return Contexts.interceptCall(
                    Context.current().withValue(Caller.KEY, new Caller.Node(node)),
                    call,
                    headers,
                    next);
        }
    }
}
