package dev.fairlead.pilot.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kubernetes.watch.Collection;
import dev.fairlead.kubernetes.watch.Decoder;
import dev.fairlead.kubernetes.watch.Follower;
import dev.fairlead.kubernetes.watch.InstalledKinds;
import dev.fairlead.kubernetes.watch.Kept;
import dev.fairlead.kubernetes.watch.Reflector;
import dev.fairlead.kubernetes.watch.ServerState;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.source.CaptureBook;
import dev.fairlead.pilot.source.Inventory;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.status.kubernetes.ObservedStatus;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every collection that the cluster's state is made of, and what is kept of each. Secrets are not
 * among them: no kind that is served refers to one yet.
 *
 * <p>Owner: the source's thread; reflectors have theirs.
 */
final class Collections implements AutoCloseable {

    /** Of pods, what nothing is read from. */
    private static final Set<String> POD_BALLAST =
            Set.of(
                    "env",
                    "envFrom",
                    "volumeMounts",
                    "volumes",
                    "resources",
                    "tolerations",
                    "affinity",
                    "containerStatuses",
                    "livenessProbe",
                    "readinessProbe",
                    "startupProbe");

    private static final Set<String> NODE_BALLAST = Set.of("images", "volumesAttached");

    private final KubernetesClient client;
    private final ServerState server;
    private final ObservedStatus statuses;
    private final Follower follower;
    private final Reflector<Namespace> namespaces;
    private final Reflector<Service> services;
    private final Reflector<EndpointSlice> slices;
    private final Reflector<PodFacts> pods;
    private final Reflector<Node> nodes;
    private final Reflector<NetworkPolicy> networkPolicies;
    private final Reflector<JsonNode> mesh;
    private final ConfigKinds configs;
    private final Memo<Map<ObjectKey, Namespace>, Map<String, Namespace>> namespacesByName =
            new Memo<>(Collections::namespacesByName);
    private final Memo<Map<ObjectKey, Service>, List<Service>> sortedServices =
            new Memo<>(Collections::oldestFirst);
    private final Memo<Map<ObjectKey, EndpointSlice>, List<EndpointSlice>> sortedSlices =
            new Memo<>(Collections::byName);
    private final Memo<Map<ObjectKey, NetworkPolicy>, List<NetworkPolicy>> policies =
            new Memo<>(all -> List.copyOf(all.values()));
    private final Memo<Map<ObjectKey, PodFacts>, Map<String, Pod>> podsByUid =
            new Memo<>(Collections::byUid);
    private final Memo<Map<ObjectKey, Node>, Map<String, Node>> nodesByName =
            new Memo<>(Collections::nodesByName);
    private final Memo<Map<ObjectKey, PodFacts>, Map<String, CaptureBook.Report>> podReports =
            new Memo<>(Collections::reports);

    Collections(
            KubernetesClient client,
            ServerState server,
            InstalledKinds installed,
            ObservedStatus statuses,
            PilotMetrics metrics,
            Burst burst) {
        this.client = client;
        this.statuses = statuses;
        this.server = server;
        this.follower = new Watched(metrics, burst);
        metrics.watchingFailedSeconds(() -> server.failingFor().toMillis() / 1e3);
        metrics.changesWaiting(burst::waiting);
        namespaces = core("namespaces", "Namespace", Set.of(), Decoders::namespace);
        services = core("services", "Service", Set.of(), Decoders::service);
        slices =
                reflector(
                        Collection.of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
                        Set.of(),
                        Decoders::slice);
        pods = core("pods", "Pod", POD_BALLAST, Decoders::pod);
        nodes = core("nodes", "Node", NODE_BALLAST, Decoders::node);
        networkPolicies =
                reflector(
                        Collection.of(
                                "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),
                        Set.of("ingress", "egress"),
                        Decoders::networkPolicy);
        mesh =
                reflector(
                        Collection.of("", "v1", "configmaps", "ConfigMap")
                                .only(Inventory.MESH.namespace(), Inventory.MESH.name()),
                        Set.of(),
                        configs());
        configs = new ConfigKinds(this::config, this::definitions, follower, installed);
    }

    private <T> Reflector<T> core(
            String plural, String kind, Set<String> ballast, Decoder<T> decoder) {
        return reflector(Collection.of("", "v1", plural, kind), ballast, decoder);
    }

    private <T> Reflector<T> reflector(
            Collection collection, Set<String> ballast, Decoder<T> decoder) {
        return new Reflector<>(client, collection, ballast, decoder, follower, server);
    }

    private Decoder<JsonNode> configs() {
        return (key, object, before) -> Decoders.config(key, object, before, statuses);
    }

    private Reflector<JsonNode> config(Collection collection) {
        return reflector(collection, Set.of(), configs());
    }

    private <T> Reflector<T> definitions(
            Collection collection, Decoder<T> decoder, Follower heard) {
        return new Reflector<>(client, collection, Set.of("schema"), decoder, heard, server);
    }

    private Stream<Reflector<?>> fixed() {
        return Stream.of(namespaces, services, slices, pods, nodes, networkPolicies, mesh);
    }

    void start() {
        fixed().forEach(Reflector::start);
        configs.start();
    }

    /** Whether all that there was at the start has been read. */
    boolean synced() {
        return fixed().map(Reflector::kept).allMatch(Kept::synced) && configs.synced();
    }

    Inventory inventory() {
        Map<ObjectKey, JsonNode> objects = new TreeMap<>(configs.objects());
        objects.putAll(mesh.kept().all());
        return new Inventory(
                Math.max(configs.revision(), mesh.kept().revision()),
                Math.max(
                        Math.max(services.kept().revision(), slices.kept().revision()),
                        pods.kept().revision()),
                objects,
                List.of(),
                namespacesByName.of(namespaces.kept().all()),
                sortedServices.of(services.kept().all()),
                sortedSlices.of(slices.kept().all()),
                podsByUid.of(pods.kept().all()),
                nodesByName.of(nodes.kept().all()),
                policies.of(networkPolicies.kept().all()));
    }

    /** What pods' conditions say of their capture, by UID. */
    Map<String, CaptureBook.Report> reports() {
        return podReports.of(pods.kept().all());
    }

    private static Map<String, Namespace> namespacesByName(Map<ObjectKey, Namespace> namespaces) {
        Map<String, Namespace> byName = new HashMap<>();
        namespaces.values().forEach(namespace -> byName.put(namespace.name(), namespace));
        return Map.copyOf(byName);
    }

    private static List<Service> oldestFirst(Map<ObjectKey, Service> services) {
        return List.copyOf( // which a state takes as it is
                services.values().stream()
                        .sorted(Comparator.comparing(Service::meta, Meta.OLDEST_FIRST))
                        .toList());
    }

    private static List<EndpointSlice> byName(Map<ObjectKey, EndpointSlice> slices) {
        return List.copyOf(
                slices.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(Map.Entry::getValue)
                        .toList());
    }

    private static Map<String, Pod> byUid(Map<ObjectKey, PodFacts> facts) {
        Map<String, Pod> pods = HashMap.newHashMap(facts.size());
        facts.values().forEach(fact -> pods.put(fact.pod().uid(), fact.pod()));
        return Map.copyOf(pods);
    }

    private static Map<String, Node> nodesByName(Map<ObjectKey, Node> nodes) {
        Map<String, Node> byName = new HashMap<>();
        nodes.values().forEach(node -> byName.put(node.name(), node));
        return Map.copyOf(byName);
    }

    private static Map<String, CaptureBook.Report> reports(Map<ObjectKey, PodFacts> facts) {
        Map<String, CaptureBook.Report> reports = new HashMap<>();
        for (PodFacts fact : facts.values()) {
            CaptureBook.Report report = fact.report();
            if (report != null) {
                reports.put(report.uid(), report);
            }
        }
        return Map.copyOf(reports);
    }

    @Override
    public void close() {
        fixed().forEach(Reflector::close);
        configs.close();
    }
}
