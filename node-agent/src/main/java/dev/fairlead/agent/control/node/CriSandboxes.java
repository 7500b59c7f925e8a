package dev.fairlead.agent.control.node;

import dev.fairlead.wire.v1.cri.ListPodSandboxRequest;
import dev.fairlead.wire.v1.cri.NamespaceMode;
import dev.fairlead.wire.v1.cri.PodSandbox;
import dev.fairlead.wire.v1.cri.PodSandboxFilter;
import dev.fairlead.wire.v1.cri.PodSandboxState;
import dev.fairlead.wire.v1.cri.PodSandboxStateValue;
import dev.fairlead.wire.v1.cri.PodSandboxStatusRequest;
import dev.fairlead.wire.v1.cri.PodSandboxStatusResponse;
import dev.fairlead.wire.v1.cri.RuntimeServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the container runtime runs, by Kubernetes' container runtime interface on its Unix socket.
 * All sandboxes are listed each time; one that is new is asked about once.
 */
public final class CriSandboxes implements Sandboxes {

    private static final Logger log = LoggerFactory.getLogger(CriSandboxes.class);
    private static final int BOUND_SECONDS = 10;
    private static final int MAX_ANSWER = 16 << 20; // a runtime's verbose answer is some 10 KiB

    private static final ListPodSandboxRequest READY =
            ListPodSandboxRequest.newBuilder()
                    .setFilter(
                            PodSandboxFilter.newBuilder()
                                    .setState(
                                            PodSandboxStateValue.newBuilder()
                                                    .setState(PodSandboxState.SANDBOX_READY)))
                    .build();

    private final ManagedChannel channel;
    private final RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime;
    private final VerboseInfo info;

    /** By sandbox's id; empty: it has no network of its own. */
    private final Map<String, Optional<Sandbox>> known = new HashMap<>();

    /**
     * @param loop an epoll loop
     * @param hostProc the node's /proc, for runtimes that name a process only
     */
    public CriSandboxes(Path socket, Path hostProc, EventLoopGroup loop) {
        channel =
                NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                        .eventLoopGroup(loop)
                        .channelType(EpollDomainSocketChannel.class)
                        .usePlaintext()
                        .overrideAuthority("localhost")
                        .maxInboundMessageSize(MAX_ANSWER)
                        .build();
        runtime = RuntimeServiceGrpc.newBlockingStub(channel);
        info = new VerboseInfo(hostProc);
    }

    @Override
    public List<Sandbox> list() throws IOException, InterruptedException {
        try {
            var listed = new ArrayList<>(bounded().listPodSandbox(READY).getItemsList());
            listed.sort(Comparator.comparingLong(PodSandbox::getCreatedAt));
            known.keySet().retainAll(listed.stream().map(PodSandbox::getId).toList());
            Map<String, Sandbox> byPod = new HashMap<>(); // of two of one pod the younger counts
            for (PodSandbox one : listed) {
                look(one).ifPresent(sandbox -> byPod.put(sandbox.uid(), sandbox));
            }
            return List.copyOf(byPod.values());
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff(); // a runtime that restarts is back within seconds
            throw new IOException("container runtime: " + e.getStatus(), e);
        }
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub bounded() {
        return runtime.withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    private Optional<Sandbox> look(PodSandbox listed) {
        var before = known.get(listed.getId());
        if (before != null) {
            return before;
        }
        var request =
                PodSandboxStatusRequest.newBuilder()
                        .setPodSandboxId(listed.getId())
                        .setVerbose(true)
                        .build();
        PodSandboxStatusResponse answer;
        try {
            answer = bounded().podSandboxStatus(request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty(); // gone meanwhile
            }
            throw e;
        }
        var found = sandbox(listed, answer);
        known.put(listed.getId(), found);
        return found;
    }

    private Optional<Sandbox> sandbox(PodSandbox listed, PodSandboxStatusResponse answer) {
        var status = answer.getStatus();
        if (status.getLinux().getNamespaces().getOptions().getNetwork() == NamespaceMode.NODE) {
            return Optional.empty();
        }
        var metadata = listed.getMetadata();
        Path netns = info.netns(answer.getInfoMap());
        if (netns == null) {
            log.warn(
                    "container runtime does not tell a pod's network namespace uid={} pod={}/{}",
                    metadata.getUid(),
                    metadata.getNamespace(),
                    metadata.getName());
            return Optional.empty();
        }
        List<InetAddress> addresses = new ArrayList<>();
        add(addresses, status.getNetwork().getIp());
        status.getNetwork().getAdditionalIpsList().forEach(ip -> add(addresses, ip.getIp()));
        return Optional.of(new Sandbox(metadata.getUid(), netns, addresses));
    }

    private static void add(List<InetAddress> addresses, String text) {
        if (!text.isEmpty()) {
            addresses.add(InetAddress.ofLiteral(text));
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
