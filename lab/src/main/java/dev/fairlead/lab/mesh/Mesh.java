package dev.fairlead.lab.mesh;

import dev.fairlead.lab.host.Addresses;
import dev.fairlead.lab.host.NetworkNamespace;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import dev.fairlead.wire.pods.PodSocketProtocol;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.tokens.NodeTokens;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ca, pilot-lite and the agents of one lab. Processes whose program the build does not have are
 * left out, with a warning; then pods of their nodes run unenrolled.
 *
 * <p>Enrolled pods are remembered by uid, so that an agent that was started again hears of them.
 * Methods that talk to an agent wait for it: call them on virtual threads.
 */
public final class Mesh {

    private static final Logger log = LoggerFactory.getLogger(Mesh.class);

    private static final int PILOT_PORT = 15012;
    private static final int CA_PORT = 15013;
    private static final String TRUST_DOMAIN = "cluster.local";

    /** A process that answers at all does so well within this. */
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final LabFolder folder;
    private final LabSettings settings;
    private final Map<String, MeshProcess> processes = new LinkedHashMap<>();
    private final Map<String, Enrolled> enrolled = new ConcurrentHashMap<>();

    private record Enrolled(String node, Add request) {}

    private Mesh(LabFolder folder, LabSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** Makes tokens and folders and starts what the build has. */
    public static Mesh start(LabFolder folder, LabSettings settings) throws IOException {
        Mesh mesh = new Mesh(folder, settings);
        if (settings.plain()) {
            return mesh;
        }
        mesh.createTokens();
        mesh.add(mesh.ca());
        mesh.add(mesh.pilot());
        for (String node : settings.nodes()) {
            mesh.add(mesh.agent(node));
        }
        mesh.processes.values().forEach(MeshProcess::start);
        return mesh;
    }

    private void createTokens() throws IOException {
        SecureRandom random = new SecureRandom();
        List<NodeTokens.Entry> entries = new ArrayList<>();
        LabFolder.createPrivate(folder.credentials());
        LabFolder.createPrivate(folder.ca());
        Path pilot = LabFolder.createPrivate(folder.pilot()).resolve("token");
        entries.add(NodeTokens.mint(pilot, new Caller.Pilot(), random));
        for (String node : settings.nodes()) {
            LabFolder.createPrivate(folder.node(node).resolve("state"));
            Path token = folder.node(node).resolve("token");
            entries.add(NodeTokens.mint(token, new Caller.Node(node), random));
        }
        NodeTokens.write(folder.nodeTokens(), entries);
    }

    private MeshProgram ca() {
        Map<String, String> env = common();
        env.put("FAIRLEAD_CLUSTER_DIR", folder.cluster().toString());
        env.put("FAIRLEAD_LISTEN", "0.0.0.0:" + CA_PORT);
        env.put("FAIRLEAD_CA_DIR", folder.ca().toString());
        env.put("FAIRLEAD_NODE_TOKENS", folder.nodeTokens().toString());
        if (settings.caLifetime() != null) {
            env.put("FAIRLEAD_CA_LIFETIME", settings.caLifetime());
        }
        return new MeshProgram(
                "ca", "ca", "dev.fairlead.ca.CertificateAuthority", "fairlead-ca", null, env);
    }

    private MeshProgram pilot() {
        Map<String, String> env = common();
        env.put("FAIRLEAD_CLUSTER_DIR", folder.cluster().toString());
        env.put("FAIRLEAD_LISTEN", "0.0.0.0:" + PILOT_PORT);
        env.put("FAIRLEAD_METRICS_LISTEN", "0.0.0.0:15014");
        env.put("FAIRLEAD_CA", Addresses.CONTROL_PLANE + ":" + CA_PORT);
        env.put("FAIRLEAD_TOKEN_FILE", folder.pilot().resolve("token").toString());
        env.put("FAIRLEAD_NODE_TOKENS", folder.nodeTokens().toString());
        return new MeshProgram(
                "pilot-lite",
                "pilot-lite",
                "dev.fairlead.pilot.PilotLite",
                "fairlead-pilot-lite",
                null,
                env);
    }

    private MeshProgram agent(String node) {
        Map<String, String> env = common();
        env.put("FAIRLEAD_NODE", node);
        env.put("FAIRLEAD_PILOT", Addresses.CONTROL_PLANE + ":" + PILOT_PORT);
        env.put("FAIRLEAD_CA", Addresses.CONTROL_PLANE + ":" + CA_PORT);
        env.put("FAIRLEAD_TOKEN_FILE", folder.node(node).resolve("token").toString());
        env.put("FAIRLEAD_STATE_DIR", folder.node(node).resolve("state").toString());
        env.put("FAIRLEAD_POD_SOCKET", folder.agentSocket(node).toString());
        env.put("FAIRLEAD_CREDENTIALS_DIR", folder.credentials().toString());
        env.put("FAIRLEAD_ADMIN_SOCKET", folder.adminSocket(node).toString());
        return new MeshProgram(
                "agent-" + node,
                "agent",
                "dev.fairlead.agent.NodeAgent",
                "fairlead-node-agent",
                new NetworkNamespace(node).path(),
                env);
    }

    private Map<String, String> common() {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("FAIRLEAD_TRUST_DOMAIN", TRUST_DOMAIN);
        env.put("FAIRLEAD_ROOT_CERT_FILE", folder.rootCertificate().toString());
        return env;
    }

    private void add(MeshProgram program) throws IOException {
        if (!program.installed(settings)) {
            log.warn("not in this build name={} class={}", program.name(), program.mainClass());
            return;
        }
        String node = program.environment().getOrDefault("FAIRLEAD_NODE", "");
        processes.put(
                program.name(),
                new MeshProcess(
                        settings,
                        program,
                        folder.logs(),
                        () -> answers(program.name(), node),
                        () -> tellAgain(node)));
    }

    private boolean answers(String name, String node) {
        if (node.isEmpty()) {
            return accepts(name.equals("ca") ? CA_PORT : PILOT_PORT);
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(folder.agentSocket(node)));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Addresses.CONTROL_PLANE, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether {@code node} has an agent that can enrol pods. */
    public boolean hasAgent(String node) {
        return processes.containsKey("agent-" + node);
    }

    public boolean hasPilot() {
        return processes.containsKey("pilot-lite");
    }

    /** Enrols a pod of {@code node} and returns when it is captured. */
    public void enrol(String node, Add request) throws IOException, InterruptedException {
        enrolled.put(request.uid(), new Enrolled(node, request));
        try {
            client(node).insist(request);
            log.info("enrolled pod={}/{} node={}", request.namespace(), request.name(), node);
        } catch (IOException e) {
            enrolled.remove(request.uid());
            throw e;
        }
    }

    /**
     * Takes a pod out again, if it is in.
     *
     * @param gone its processes have ended; an agent that does not answer is then not waited for
     */
    public void remove(String node, String uid, boolean gone)
            throws IOException, InterruptedException {
        Enrolled was = enrolled.remove(uid);
        if (was == null) {
            return;
        }
        Remove request = new Remove(uid, gone);
        if (!gone) {
            client(node).insist(request);
            return;
        }
        try {
            PodSocketProtocol.Answer answer = client(node).ask(request);
            if (!answer.ok()) {
                log.warn("agent kept pod uid={} error=\"{}\"", uid, answer.error());
            }
        } catch (IOException e) {
            log.info("agent not told of a pod's end uid={} reason=\"{}\"", uid, e.getMessage());
        }
    }

    private AgentClient client(String node) {
        return new AgentClient(folder.agentSocket(node));
    }

    /** An agent that was started again knows of no pod. Returns when it knows them all. */
    private void tellAgain(String node) throws InterruptedException {
        List<Thread> telling = new ArrayList<>();
        for (Enrolled each : List.copyOf(enrolled.values())) {
            if (each.node().equals(node)) {
                telling.add(Thread.ofVirtual().start(() -> tellAgain(each)));
            }
        }
        for (Thread each : telling) {
            each.join();
        }
    }

    private void tellAgain(Enrolled each) {
        try {
            client(each.node()).insist(each.request());
        } catch (IOException e) {
            log.warn("cannot enrol again uid={}", each.request().uid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the processes that {@code what} (agent, pilot, ca) and {@code node} (empty for all)
     * name, and waits until their successors are ready. Returns what could not be done, empty when
     * all was.
     */
    public Optional<String> restart(String what, String node, boolean kill)
            throws InterruptedException {
        Meant meant = meant(what, node);
        if (meant.missing().isPresent()) {
            return meant.missing();
        }
        Map<MeshProcess, Integer> next = new LinkedHashMap<>();
        for (MeshProcess process : meant.processes()) {
            next.put(process, process.signal(kill));
        }
        return awaitReady(next);
    }

    /** Ends processes as {@link #restart} does; no successor comes before {@link #release}. */
    public Optional<String> hold(String what, String node, boolean kill)
            throws InterruptedException {
        Meant meant = meant(what, node);
        for (MeshProcess process : meant.processes()) {
            process.hold(kill);
        }
        return meant.missing();
    }

    /**
     * Starts what {@link #hold} ended.
     *
     * @param wait whether to wait until it knows all that it must: without ca an agent never does
     */
    public Optional<String> release(String what, String node, boolean wait)
            throws InterruptedException {
        Meant meant = meant(what, node);
        Map<MeshProcess, Integer> next = new LinkedHashMap<>();
        for (MeshProcess process : meant.processes()) {
            next.put(process, process.release());
        }
        return meant.missing().isPresent() || !wait ? meant.missing() : awaitReady(next);
    }

    private static Optional<String> awaitReady(Map<MeshProcess, Integer> starts)
            throws InterruptedException {
        for (Map.Entry<MeshProcess, Integer> each : starts.entrySet()) {
            if (!each.getKey().awaitReady(each.getValue(), READY_LIMIT)) {
                return Optional.of(each.getKey().name() + " is not ready again");
            }
        }
        return Optional.empty();
    }

    /** Processes that a command means, none of them where one is missing. */
    private record Meant(List<MeshProcess> processes, Optional<String> missing) {}

    private Meant meant(String what, String node) {
        List<MeshProcess> meant = new ArrayList<>();
        for (String name : names(what, node)) {
            MeshProcess process = processes.get(name);
            if (process == null) {
                return new Meant(List.of(), Optional.of("there is no " + name + " in this lab"));
            }
            meant.add(process);
        }
        return new Meant(meant, Optional.empty());
    }

    private List<String> names(String what, String node) {
        return switch (what) {
            case "ca" -> List.of("ca");
            case "pilot" -> List.of("pilot-lite");
            default ->
                    node.isEmpty()
                            ? settings.nodes().stream().map(each -> "agent-" + each).toList()
                            : List.of("agent-" + node);
        };
    }

    /** Lines "NAME ready|not ready" of all processes. */
    public List<String> status() {
        return processes.values().stream()
                .map(process -> process.name() + " " + (process.ready() ? "ready" : "not ready"))
                .toList();
    }

    /** Waits until every process answers; the names of those that do not. */
    public List<String> awaitReady(Duration limit) throws InterruptedException {
        List<String> late = new ArrayList<>();
        long deadline = System.nanoTime() + limit.toNanos();
        for (MeshProcess process : processes.values()) {
            Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
            if (!process.awaitReady(1, left)) {
                late.add(process.name());
            }
        }
        return late;
    }

    public void end() {
        processes.values().forEach(MeshProcess::end);
    }

    /** Whether the agent's admin socket is there. */
    public boolean hasAdmin(String node) {
        return Files.exists(folder.adminSocket(node));
    }
}
