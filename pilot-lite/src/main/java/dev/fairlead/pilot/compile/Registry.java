package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.EndpointSlice.Endpoint;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.wire.enrolment.Enrolment;
import dev.fairlead.wire.enrolment.NamespaceWord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Services and who answers for them, indexed for one compilation. Immutable once built. */
final class Registry {

    /** One address and port of a Service, ready or not. */
    record Member(String address, int port, boolean ready, @Nullable Pod pod, String node) {

        boolean has(Map<String, String> labels) {
            return labels.isEmpty()
                    || (pod != null && pod.labels().entrySet().containsAll(labels.entrySet()));
        }
    }

    private final ClusterState state;
    private final Map<String, Service> byFqdn = new HashMap<>();
    private final Map<String, List<EndpointSlice>> slices = new HashMap<>();

    Registry(ClusterState state) {
        this.state = state;
        state.services().forEach(service -> byFqdn.put(service.fqdn(), service));
        for (EndpointSlice slice : state.slices()) {
            slices.computeIfAbsent(
                            slice.service() + "." + slice.namespace() + "." + Service.DOMAIN,
                            fqdn -> new ArrayList<>())
                    .add(slice);
        }
    }

    ClusterState state() {
        return state;
    }

    List<Service> services() {
        return state.services();
    }

    @Nullable Service service(String fqdn) {
        return byFqdn.get(fqdn);
    }

    Node node(String name) {
        Node node = state.nodes().get(name);
        return node != null ? node : new Node(name, "", "");
    }

    boolean captured(@Nullable Pod pod) {
        return pod != null && state.captured().contains(pod.uid());
    }

    /** Whether a pod's traffic is to be captured. */
    Enrolment enrolment(Pod pod) {
        Namespace namespace = state.namespaces().get(pod.namespace());
        return Enrolment.of(
                pod.meta().name(),
                pod.word(),
                namespace == null ? NamespaceWord.silent(pod.namespace()) : namespace.word());
    }

    /** Who answers on a port of a Service, each address once. */
    List<Member> members(Service service, Service.Port port) {
        List<Member> members = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (EndpointSlice slice : slices.getOrDefault(service.fqdn(), List.of())) {
            for (EndpointSlice.Port slicePort : slice.ports()) {
                if (!slicePort.name().equals(port.name())) {
                    continue;
                }
                for (Endpoint endpoint : slice.endpoints()) {
                    if (seen.add(endpoint.address() + " " + slicePort.port())) {
                        members.add(member(endpoint, slicePort.port()));
                    }
                }
            }
        }
        return members;
    }

    private Member member(Endpoint endpoint, int port) {
        Pod pod = state.pods().get(endpoint.podUid());
        String node = pod != null ? pod.node() : endpoint.node();
        return new Member(endpoint.address(), port, endpoint.ready(), pod, node);
    }

    /** The number of a Service's port on this pod; 0 where the pod does not have it. */
    int targetPort(Service service, Service.Port port, Pod pod) {
        for (Member member : members(service, port)) {
            if (member.pod() != null && member.pod().uid().equals(pod.uid())) {
                return member.port();
            }
        }
        if (!service.namespace().equals(pod.namespace()) || !service.selects(pod.labels())) {
            return 0;
        }
        return port.targetName().isEmpty()
                ? port.targetPort()
                : pod.ports().getOrDefault(port.targetName(), 0);
    }
}
