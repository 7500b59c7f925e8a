package dev.fairlead.agent;

import dev.fairlead.agent.control.credential.CredentialWatch;
import dev.fairlead.agent.control.node.CniGate;
import dev.fairlead.agent.control.node.CriSandboxes;
import dev.fairlead.agent.control.node.KnownWorkloads;
import dev.fairlead.agent.control.node.NodePods;
import dev.fairlead.agent.control.node.ProbeRules;
import dev.fairlead.agent.control.node.ProcSandboxes;
import dev.fairlead.agent.control.pods.EnrolmentParts;
import dev.fairlead.agent.control.pods.EnrolmentSettings;
import dev.fairlead.agent.control.pods.IptablesCaptureRules;
import dev.fairlead.agent.control.pods.Namespaces;
import dev.fairlead.agent.control.pods.PodEnrolment;
import dev.fairlead.agent.control.pods.PodSocketServer;
import dev.fairlead.agent.control.xds.BackOff;
import dev.fairlead.agent.control.xds.ControlChannel;
import dev.fairlead.agent.control.xds.ReportClient;
import dev.fairlead.agent.control.xds.XdsClient;
import dev.fairlead.agent.control.xds.state.LastGood;
import dev.fairlead.agent.data.proxy.DataPlane;
import dev.fairlead.agent.data.proxy.HalfClosingEpoll;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.ops.admin.AdminConfig;
import dev.fairlead.agent.ops.admin.AdminServer;
import dev.fairlead.agent.ops.admin.AdminSources;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import dev.fairlead.agent.ops.telemetry.BuildInfo;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.logging.LogLevels;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.tokens.BearerToken;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node agent's composition root: builds everything, starts it in order, and ends it. The one
 * class that knows all others.
 *
 * <p>Order of start: admin and readiness first, so that what is missing can be seen; then the last
 * good configuration; then the pods of before; then those that run here; then the socket for new
 * ones.
 */
public final class NodeAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);

    private final AgentConfig config;
    private final Clock clock = Clock.systemUTC();
    private final Readiness readiness = new Readiness();
    private final EventLoopGroup workers;
    private final EventLoopGroup controlLoop = ControlChannel.newLoop();
    private final ManagedChannel pilotChannel;
    private final ManagedChannel caChannel;
    private final TlsContexts tls;
    private final DataPlane dataPlane;
    private final RevocationWatch revocations;
    private final CredentialWatch credentials;
    private final Certificates certificates;
    private final LastGood lastGood;
    private final XdsClient xds;
    private final ReportClient reports;
    private final EnrolledPods pods;
    private final ProbeRules probeRules;
    private final PodEnrolment enrolment;
    private final KnownWorkloads workloads = new KnownWorkloads();
    private final @Nullable NodePods nodePods;
    private volatile @Nullable PodSocketServer podSocket;
    private final AdminServer admin;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private NodeAgent(AgentConfig config) throws IOException {
        this.config = config;
        Files.createDirectories(config.stateDir());
        readiness.missing("configuration", "waiting for the first configuration of pilot-lite");
        readiness.missing("pods", "taking up the pods of before");
        BearerToken token = new BearerToken(config.tokenFile());
        pilotChannel = channel(config.pilot(), SpiffeId.pilot(config.trustDomain()));
        caChannel = channel(config.ca(), SpiffeId.ca(config.trustDomain()));
        tls = new TlsContexts(config.trustDomain(), clock);
        workers =
                new MultiThreadIoEventLoopGroup(
                        config.workers(),
                        new DefaultThreadFactory("worker"),
                        HalfClosingEpoll.newFactory());
        credentials = new CredentialWatch(config.credentialsDir(), tls::install);
        dataPlane = new DataPlane(workers, config.podBounds(), tls);
        revocations = new RevocationWatch(config.rootCertFile(), tls, dataPlane::reconsider, clock);
        certificates =
                new Certificates(
                        new CertificateClient(caChannel, token),
                        tls,
                        credentials,
                        readiness,
                        clock,
                        new SplittableRandom());
        lastGood = new LastGood(config.stateDir().resolve("xds"));
        xds =
                new XdsClient(
                        XdsClient.Settings.of(config.node(), BuildInfo.ofThisProcess().version()),
                        pilotChannel,
                        token,
                        lastGood,
                        this::install,
                        clock,
                        new SplittableRandom());
        reports = new ReportClient(pilotChannel, token, BackOff.DEFAULT, new SplittableRandom());
        pods = new EnrolledPods(dataPlane, clock);
        probeRules = new ProbeRules(config.iptables());
        enrolment =
                new PodEnrolment(
                        config.trustDomain(),
                        config.stateDir(),
                        EnrolmentSettings.DEFAULTS,
                        new EnrolmentParts(
                                certificates,
                                pods,
                                new IptablesCaptureRules(config.iptables()),
                                (pod, captured, wait) ->
                                        reports.report(
                                                new ReportClient.PodReport(
                                                        pod.uid(),
                                                        pod.namespace(),
                                                        pod.name(),
                                                        captured,
                                                        wait)),
                                Namespaces.ofKernel(),
                                probeRules::clean));
        nodePods = config.nodeSources().kubernetes() ? nodePods(config.nodeSources()) : null;
        admin = admin();
    }

    private NodePods nodePods(NodeSources from) {
        readiness.missing("node", "looking for the pods of this node");
        return new NodePods(
                NodePods.Pace.DEFAULT,
                from.criSocket() == null
                        ? new ProcSandboxes(from.hostProc())
                        : new CriSandboxes(from.criSocket(), from.hostProc(), controlLoop),
                workloads,
                enrolment,
                Namespaces.ofKernel(),
                probeRules::cover,
                from.cniStateDir());
    }

    private CompletableFuture<?> install(Snapshot snapshot) {
        credentials.clustersName(snapshot.secrets());
        return dataPlane.install(snapshot).thenRun(() -> workloads.update(snapshot.workloads()));
    }

    private ManagedChannel channel(String address, SpiffeId server) {
        return ControlChannel.open(address, config.rootCertFile(), server, controlLoop);
    }

    private AdminServer admin() {
        return new AdminServer(
                new AdminConfig(
                        config.adminSocket(),
                        config.adminPort(),
                        List.of(new InetSocketAddress(config.metricsPort())),
                        List.of(new InetSocketAddress(config.readyPort()))),
                new AdminSources(
                        config.node(),
                        clock.instant(),
                        clock,
                        config.shown(),
                        new Telemetry(dataPlane::stats, readiness, BuildInfo.ofThisProcess()),
                        readiness,
                        LogLevels.ofThisProcess(),
                        dataPlane::snapshot,
                        new ShownConfiguration(xds),
                        certificates,
                        pods));
    }

    /** Starts all of it; returns when it serves, or is on its way to. */
    private void start() throws IOException {
        admin.start();
        revocations.start();
        credentials.start();
        xds.start();
        Thread.ofVirtual().name("readiness").start(this::watchReadiness);
        enrolment.restore().thenRun(() -> readiness.met("pods"));
        if (nodePods == null) {
            podSocket = PodSocketServer.listen(config.podSocket(), enrolment::handle);
        } else {
            startNode(nodePods);
        }
    }

    private void startNode(NodePods nodePods) {
        nodePods.start().thenRun(() -> readiness.met("node"));
        var gate =
                new CniGate(
                        CniGate.PATIENCE,
                        workloads,
                        () -> xds.status().connected(),
                        enrolment,
                        nodePods::enrolled);
        workloads.whenEnrolmentIsKnown(() -> {
            try {
                podSocket = PodSocketServer.listen(config.podSocket(), gate::handle);
            } catch (IOException e) {
                LOG.error("no pod socket file={}", config.podSocket(), e);
                readiness.missing("pod socket", "no pod socket: " + e.getMessage());
            }
        });
    }

    /** Tells readiness what only looking can tell. */
    private void watchReadiness() {
        try {
            boolean configured = false;
            while (!stopped.await(200, TimeUnit.MILLISECONDS)) {
                if (!configured && xds.status().synced() && xds.status().installed() > 0) {
                    configured = true;
                    readiness.met("configuration");
                }
                certificates.tellProblems();
            }
        } catch (InterruptedException e) {
            LOG.debug("readiness watch stops");
        }
    }

    @Override
    public void close() {
        readiness.drain();
        stopped.countDown();
        drainRequests();
        if (nodePods != null) {
            nodePods.close();
        }
        enrolment.close();
        reports.close();
        try {
            xds.close();
            lastGood.close();
            if (enrolment.released()) {
                forgetNode();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        revocations.close();
        certificates.close();
        credentials.close();
        pilotChannel.shutdownNow();
        caChannel.shutdownNow();
        admin.close();
        workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        controlLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void drainRequests() {
        try {
            dataPlane.drain(Duration.ofSeconds(config.drainSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The mesh is removed from this node: what is kept for the next process is for nobody. */
    private void forgetNode() {
        try (Stream<Path> kept = Files.walk(config.stateDir())) {
            for (Path file : kept.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("state is left folder={} reason=\"{}\"", config.stateDir(), e.toString());
        }
    }

    /** Exit codes: 0 stopped by a signal, 1 it cannot start, 2 bad settings. */
    public static void main(String[] args) throws InterruptedException {
        AgentConfig config;
        try {
            config = AgentConfig.fromEnv(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("node-agent: " + e.getMessage());
            System.exit(2);
            return;
        }
        try {
            NodeAgent agent = new NodeAgent(config);
            agent.start();
            Runtime.getRuntime().addShutdownHook(new Thread(agent::stop, "stop"));
            long millis = ManagementFactory.getRuntimeMXBean().getUptime();
            LOG.info("started node={} millis={}", config.node(), millis);
            agent.stopped.await();
        } catch (IOException e) {
            System.err.println("node-agent: " + e.getMessage());
            System.exit(1);
        }
    }

    private void stop() {
        try {
            PodSocketServer socket = podSocket;
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            LOG.warn("pod socket not closed reason=\"{}\"", e.getMessage());
        }
        close();
    }
}
