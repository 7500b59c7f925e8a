package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.iptables.Backend;
import dev.fairlead.iptables.Cidr;
import dev.fairlead.iptables.NodeRules;
import dev.fairlead.iptables.RuleApplier;
import dev.fairlead.iptables.RuleOutcome;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.network.DnsZone;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.cluster.pods.ImageMap;
import dev.fairlead.lab.cluster.workloads.Workloads;
import dev.fairlead.lab.control.ControlServer;
import dev.fairlead.lab.host.Addresses;
import dev.fairlead.lab.host.Links;
import dev.fairlead.lab.host.NetworkNamespace;
import dev.fairlead.lab.mesh.Mesh;
import dev.fairlead.lab.pods.Template;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import dev.fairlead.wire.directory.ObjectDirectory;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that runs inside a lab, put together: nodes, mesh, pods, commands. */
public final class LabEngine {

    private static final Path IN_MEMORY = Path.of("/run/fairlead");
    private static final int PRODUCTPAGE_PORT = 9080;

    private final LabFolder folder;
    private final Engine engine;
    private final ControlServer control;

    private LabEngine(LabFolder folder, Engine engine, ControlServer control) {
        this.folder = folder;
        this.engine = engine;
        this.control = control;
    }

    /** Sets up nodes and pods' surroundings, starts the mesh's processes, and begins. */
    public static LabEngine start(LabFolder folder, LabSettings settings)
            throws IOException, InterruptedException {
        Links.createNodes(settings.nodes());
        for (int i = 1; i <= settings.nodeCount(); i++) {
            markProbes("node-" + i, Addresses.pods(i));
        }
        long template =
                Template.create(IN_MEMORY, List.of(settings.stateRoot(), settings.cacheRoot()));
        ObjectDirectory applied = new ObjectDirectory(folder.cluster().resolve("applied"));
        ObjectDirectory observed = new ObjectDirectory(folder.cluster().resolve("observed"));
        ObjectDirectory status = new ObjectDirectory(folder.cluster().resolve("status"));
        AppliedStore store = new AppliedStore(applied, Clock.systemUTC());
        if (settings.compat().equals("istio-1.0")) {
            store.apply(meshSettings(settings));
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Map<String, LabNode> nodes = new LinkedHashMap<>();
        for (String name : settings.nodes()) {
            nodes.put(name, new LabNode(name, nodes.size() + 1, Map.of(), now));
        }
        Engine engine =
                new Engine(
                        store,
                        new ObservedStore(observed),
                        new Workloads(images(settings), new SecureRandom()),
                        new ArrayList<>(nodes.values()),
                        new ContainerIndex(folder.containers()),
                        new SecretFiles(folder.credentials()),
                        now);
        Mesh mesh = Mesh.start(folder, settings);
        engine.begin(new Pods(folder, settings, mesh, template, nodes, engine::changed));
        Commands commands = new Commands(engine, mesh, new Followers(status), settings.nodes());
        return new LabEngine(folder, engine, new ControlServer(folder.control(), commands));
    }

    /** Probes of the node reach its pods past capture, and nobody else can claim to be the node. */
    private static void markProbes(String node, String pods) throws IOException {
        NodeRules rules = new NodeRules(List.of(Cidr.parse(pods)));
        RuleOutcome outcome =
                new RuleApplier(Backend.AUTO)
                        .apply(new NetworkNamespace(node).path(), rules::rules);
        if (!outcome.good()) {
            throw new IOException("node rules of " + node + ": " + outcome);
        }
    }

    private static List<ObjectNode> meshSettings(LabSettings settings) {
        return Manifests.parse(
                "lab up --compat",
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data:
                  mesh: |
                    compat: %s
                """
                        .formatted(settings.compat()),
                "fairlead-system");
    }

    private static ImageMap images(LabSettings settings) throws IOException {
        String file = settings.images();
        return file == null
                ? ImageMap.empty()
                : ImageMap.read(Path.of(file), Path.of(settings.cacheRoot()));
    }

    /** Answers commands until the process ends. */
    public void serve() throws IOException {
        control.run();
    }

    /** The names there are at this moment. */
    public DnsZone zone() {
        return engine.snapshot().zone();
    }

    /** Where a browser that came in at the door called {@code name} is to be led now. */
    public Optional<SocketAddress> browserTarget(String name) {
        return name.equals("productpage")
                ? productpage()
                : Optional.of(new DomainSocketAddress(folder.adminSocket(name).toString()));
    }

    private Optional<SocketAddress> productpage() {
        for (ObjectNode slice : engine.snapshot().view().slices()) {
            JsonNode metadata = slice.path("metadata");
            if (metadata.path("labels")
                    .path("kubernetes.io/service-name")
                    .asText("")
                    .equals("productpage")) {
                for (JsonNode endpoint : slice.path("endpoints")) {
                    if (endpoint.path("conditions").path("ready").asBoolean(false)) {
                        int port = slice.path("ports").path(0).path("port").asInt(PRODUCTPAGE_PORT);
                        String address = endpoint.path("addresses").path(0).asText("");
                        return Optional.of(new InetSocketAddress(address, port));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
