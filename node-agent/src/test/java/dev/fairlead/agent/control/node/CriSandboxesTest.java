package dev.fairlead.agent.control.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.wire.v1.cri.LinuxPodSandboxStatus;
import dev.fairlead.wire.v1.cri.ListPodSandboxRequest;
import dev.fairlead.wire.v1.cri.ListPodSandboxResponse;
import dev.fairlead.wire.v1.cri.Namespace;
import dev.fairlead.wire.v1.cri.NamespaceMode;
import dev.fairlead.wire.v1.cri.NamespaceOption;
import dev.fairlead.wire.v1.cri.PodIP;
import dev.fairlead.wire.v1.cri.PodSandbox;
import dev.fairlead.wire.v1.cri.PodSandboxMetadata;
import dev.fairlead.wire.v1.cri.PodSandboxNetworkStatus;
import dev.fairlead.wire.v1.cri.PodSandboxStatus;
import dev.fairlead.wire.v1.cri.PodSandboxStatusRequest;
import dev.fairlead.wire.v1.cri.PodSandboxStatusResponse;
import dev.fairlead.wire.v1.cri.RuntimeServiceGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriSandboxesTest {

    private static final String CONTAINERD =
            """
            {"pid": 4711, "processStatus": "running", "runtimeSpec": {"linux": {"namespaces": [
              {"type": "pid"}, {"type": "network", "path": "/var/run/netns/cni-1"}]}}}
            """;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final FakeRuntime runtime = new FakeRuntime();
    private final Server server;
    private final CriSandboxes sandboxes;

    CriSandboxesTest(@TempDir Path folder) throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new DomainSocketAddress(folder.resolve("s").toString()))
                        .bossEventLoopGroup(loop)
                        .workerEventLoopGroup(loop)
                        .channelType(EpollServerDomainSocketChannel.class)
                        .addService(runtime)
                        .build()
                        .start();
        sandboxes = new CriSandboxes(folder.resolve("s"), Path.of("/host/proc"), loop);
    }

    /** Sandboxes that are ready, in the order of their making, with what it says of each. */
    private static final class FakeRuntime extends RuntimeServiceGrpc.RuntimeServiceImplBase {
        final Map<String, PodSandbox> listed = new java.util.TreeMap<>();
        final Map<String, PodSandboxStatusResponse> details = new ConcurrentHashMap<>();
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public void listPodSandbox(
                ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> answer) {
            answer.onNext(ListPodSandboxResponse.newBuilder().addAllItems(listed.values()).build());
            answer.onCompleted();
        }

        @Override
        public void podSandboxStatus(
                PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> answer) {
            asked.incrementAndGet();
            var known = details.get(request.getPodSandboxId());
            if (known == null || !request.getVerbose()) {
                answer.onError(Status.NOT_FOUND.asRuntimeException());
            } else {
                answer.onNext(known);
                answer.onCompleted();
            }
        }

        void runs(String id, String uid, NamespaceMode network, String info) {
            listed.put(
                    id,
                    PodSandbox.newBuilder()
                            .setId(id)
                            .setCreatedAt(listed.size())
                            .setMetadata(PodSandboxMetadata.newBuilder().setUid(uid).setName("p"))
                            .build());
            details.put(
                    id,
                    PodSandboxStatusResponse.newBuilder()
                            .setStatus(
                                    PodSandboxStatus.newBuilder()
                                            .setNetwork(
                                                    PodSandboxNetworkStatus.newBuilder()
                                                            .setIp("198.18.1.9")
                                                            .addAdditionalIps(
                                                                    PodIP.newBuilder()
                                                                            .setIp("fd00::9")))
                                            .setLinux(
                                                    LinuxPodSandboxStatus.newBuilder()
                                                            .setNamespaces(
                                                                    Namespace.newBuilder()
                                                                            .setOptions(
                                                                                    NamespaceOption
                                                                                            .newBuilder()
                                                                                            .setNetwork(
                                                                                                    network)))))
                            .putInfo("info", info)
                            .build());
        }
    }

    @AfterEach
    void stop() {
        sandboxes.close();
        server.shutdownNow();
        loop.shutdownGracefully();
    }

    private static Sandbox at(String uid, String netns) {
        return new Sandbox(
                uid,
                Path.of(netns),
                List.of(InetAddress.ofLiteral("198.18.1.9"), InetAddress.ofLiteral("fd00::9")));
    }

    @Test
    void podsAreSeenWithTheirNamespaceAndAddresses() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, CONTAINERD);
        runtime.runs("b", "uid-2", NamespaceMode.NODE, CONTAINERD);

        assertThat(sandboxes.list()).containsExactly(at("uid-1", "/var/run/netns/cni-1"));
    }

    @Test
    void aSandboxIsAskedAboutOnce() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, CONTAINERD);
        sandboxes.list();
        sandboxes.list();

        assertThat(runtime.asked).hasValue(1);
    }

    @Test
    void aRuntimeThatNamesAProcessOnly() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, "{\"pid\": 12, \"runtimeSpec\": {}}");

        assertThat(sandboxes.list()).containsExactly(at("uid-1", "/host/proc/12/ns/net"));
    }

    @Test
    void whatARuntimeDoesNotTellIsNotGuessed() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, "no json");
        runtime.runs("b", "uid-2", NamespaceMode.POD, "{}");

        assertThat(sandboxes.list()).isEmpty();
    }

    @Test
    void aPodWithANewSandboxIsThere() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, CONTAINERD);
        runtime.runs("b", "uid-1", NamespaceMode.POD, CONTAINERD.replace("cni-1", "cni-2"));

        assertThat(sandboxes.list()).containsExactly(at("uid-1", "/var/run/netns/cni-2"));
    }

    @Test
    void aSandboxThatEndsMeanwhileIsNone() throws Exception {
        runtime.runs("a", "uid-1", NamespaceMode.POD, CONTAINERD);
        runtime.details.clear();

        assertThat(sandboxes.list()).isEmpty();
    }

    @Test
    void aRuntimeThatIsGoneIsSaid() {
        server.shutdownNow();

        assertThatThrownBy(sandboxes::list)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("container runtime");
    }
}
