package dev.fairlead.pilot.scale;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.HttpPolicy;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.state.Visibility;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.enrolment.NamespaceWord;
import dev.fairlead.wire.enrolment.PodWord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A mesh of {@code services} with {@code endpoints} pods each, in ten namespaces, on ten HTTP
 * ports, a hundred pods a node; parts that do not change stay the same objects.
 */
public final class LargeMesh {

    private static final int NAMESPACES = 10;
    private static final int PORTS = 10;
    private static final int PODS_PER_NODE = 100;

    private final Map<String, Namespace> namespaces = new HashMap<>();
    private final List<Service> services = new ArrayList<>();
    private final List<EndpointSlice> slices = new ArrayList<>();
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, Node> nodes = new HashMap<>();
    private ClusterState state;

    public LargeMesh(int number, int endpoints) {
        for (int n = 0; n < NAMESPACES; n++) {
            String name = "ns-" + n;
            namespaces.put(
                    name,
                    new Namespace(
                            name, Map.of(), new NamespaceWord(name, "enabled", false, false)));
        }
        for (int s = 0; s < number; s++) {
            service(s, endpoints);
        }
        state =
                new ClusterState(
                        1,
                        1,
                        0,
                        MeshSettings.DEFAULT,
                        namespaces,
                        services,
                        slices,
                        pods,
                        nodes,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Set.of());
    }

    private void service(int number, int endpoints) {
        String name = "svc-" + number;
        String namespace = "ns-" + number % NAMESPACES;
        int port = 8000 + number / NAMESPACES % PORTS;
        services.add(
                new Service(
                        meta("", "Service", namespace, name),
                        List.of("10.96." + number / 250 + "." + (number % 250 + 1)),
                        false,
                        Map.of("app", name),
                        List.of(new Service.Port("http", port, port, "", Protocol.HTTP)),
                        List.of()));
        List<EndpointSlice.Endpoint> some = new ArrayList<>();
        for (int e = 0; e < endpoints; e++) {
            some.add(pod(name, namespace, number * endpoints + e, e));
        }
        slices.add(
                new EndpointSlice(
                        namespace, name, List.of(new EndpointSlice.Port("http", port)), some));
    }

    private EndpointSlice.Endpoint pod(String app, String namespace, int number, int index) {
        String address = "10." + number / 62_500 + "." + number / 250 % 250 + "." + number % 250;
        String uid = "uid-" + number;
        String node = "node-" + number / PODS_PER_NODE;
        nodes.putIfAbsent(node, new Node(node, "region", "zone-" + number / PODS_PER_NODE % 3));
        pods.put(
                uid,
                new Pod(
                        new Meta(
                                new ObjectKey("", "Pod", namespace, app + "-" + index),
                                uid,
                                Instant.EPOCH,
                                0,
                                ""),
                        node,
                        app,
                        Map.of("app", app, "version", "v" + index % 2),
                        List.of(address),
                        app,
                        Map.of(),
                        Pod.Exclusions.NONE,
                        PodWord.NONE));
        return new EndpointSlice.Endpoint(address, true, uid, node);
    }

    private static Meta meta(String group, String kind, String namespace, String name) {
        return new Meta(new ObjectKey(group, kind, namespace, name), name, Instant.EPOCH, 0, "1");
    }

    public ClusterState state() {
        return state;
    }

    /** Sends all of service {@code from} to service {@code to}. */
    public ClusterState route(int from, int to) {
        String host = services.get(from).fqdn();
        var rule =
                new VirtualService(
                        meta("networking.istio.io", "VirtualService", "ns-0", "rule"),
                        List.of(host),
                        Visibility.PUBLIC,
                        List.of(
                                new HttpRoute(
                                        "",
                                        List.of(),
                                        List.of(
                                                new HttpRoute.Destination(
                                                        new Target(
                                                                services.get(to).fqdn(),
                                                                "",
                                                                0,
                                                                100),
                                                        HeaderChanges.NONE)),
                                        null,
                                        null,
                                        null,
                                        HttpPolicy.NONE)),
                        List.of(),
                        List.of());
        return next(state.services(), state.slices(), state.pods(), List.of(rule));
    }

    /** Replaces the first pod of a service by one with another address. */
    public ClusterState replacePod(int service) {
        EndpointSlice old = state.slices().get(service);
        EndpointSlice.Endpoint first = old.endpoints().getFirst();
        Pod gone = state.pods().get(first.podUid());
        int number = state.pods().size() + (int) state.appliedRevision();
        List<EndpointSlice.Endpoint> some = new ArrayList<>(old.endpoints());
        some.set(0, pod(old.service(), old.namespace(), number, number));
        List<EndpointSlice> changed = new ArrayList<>(state.slices());
        changed.set(service, new EndpointSlice(old.namespace(), old.service(), old.ports(), some));
        Map<String, Pod> now = new HashMap<>(state.pods());
        now.remove(first.podUid());
        now.put(some.getFirst().podUid(), pods.get(some.getFirst().podUid()));
        return gone == null ? state : next(state.services(), changed, now, rules());
    }

    /** Removes a service; its pods stay. */
    public ClusterState remove(int service) {
        List<Service> fewer = new ArrayList<>(state.services());
        fewer.remove(service);
        return next(fewer, state.slices(), state.pods(), rules());
    }

    private List<VirtualService> rules() {
        return state.virtualServices();
    }

    private ClusterState next(
            List<Service> someServices,
            List<EndpointSlice> someSlices,
            Map<String, Pod> somePods,
            List<VirtualService> rules) {
        state =
                new ClusterState(
                        state.appliedRevision() + 1,
                        state.observedRevision(),
                        state.captureRevision(),
                        state.mesh(),
                        state.namespaces(),
                        someServices,
                        someSlices,
                        somePods,
                        state.nodes(),
                        state.networkPolicies(),
                        rules,
                        state.destinationRules(),
                        state.sidecars(),
                        state.peerPolicies(),
                        state.captured());
        return state;
    }
}
