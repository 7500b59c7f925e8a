package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.JwtRule.Keys;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that configuration is compiled from, at one moment.
 *
 * @param captureRevision counts agents' reports; {@code captured} holds the first that many
 * @param namespaces by name; a namespace that nobody made is missing
 * @param services oldest first, as are the lists of configuration
 * @param pods by UID
 * @param nodes by name
 * @param networkPolicies which pods must be reached by their interfaces
 * @param keySets what is known of the keys that objects say where to fetch
 * @param captured UIDs of pods whose traffic their node's agent has reported captured
 */
public record ClusterState(
        long appliedRevision,
        long observedRevision,
        long captureRevision,
        MeshSettings mesh,
        Map<String, Namespace> namespaces,
        List<Service> services,
        List<EndpointSlice> slices,
        Map<String, Pod> pods,
        Map<String, Node> nodes,
        List<NetworkPolicy> networkPolicies,
        List<VirtualService> virtualServices,
        List<DestinationRule> destinationRules,
        List<Sidecar> sidecars,
        List<PeerPolicy> peerPolicies,
        List<AuthorizationPolicy> authorizationPolicies,
        List<RbacObject> rbac,
        List<RateLimit> rateLimits,
        List<HealthCheck> healthChecks,
        List<MixerObject> mixer,
        List<RequestAuthentication> requestAuthentications,
        Map<Keys.Remote, KeySet> keySets,
        Set<String> captured) {

    public ClusterState {
        namespaces = Map.copyOf(namespaces);
        services = List.copyOf(services);
        slices = List.copyOf(slices);
        pods = Map.copyOf(pods);
        nodes = Map.copyOf(nodes);
        networkPolicies = List.copyOf(networkPolicies);
        virtualServices = List.copyOf(virtualServices);
        destinationRules = List.copyOf(destinationRules);
        sidecars = List.copyOf(sidecars);
        peerPolicies = List.copyOf(peerPolicies);
        authorizationPolicies = List.copyOf(authorizationPolicies);
        rbac = List.copyOf(rbac);
        rateLimits = List.copyOf(rateLimits);
        healthChecks = List.copyOf(healthChecks);
        mixer = List.copyOf(mixer);
        requestAuthentications = List.copyOf(requestAuthentications);
        keySets = Map.copyOf(keySets);
        captured = Set.copyOf(captured);
    }

    /** Without authorization, tokens, rate limits, health checks and Mixer's rules. */
    public ClusterState(
            long appliedRevision,
            long observedRevision,
            long captureRevision,
            MeshSettings mesh,
            Map<String, Namespace> namespaces,
            List<Service> services,
            List<EndpointSlice> slices,
            Map<String, Pod> pods,
            Map<String, Node> nodes,
            List<NetworkPolicy> networkPolicies,
            List<VirtualService> virtualServices,
            List<DestinationRule> destinationRules,
            List<Sidecar> sidecars,
            List<PeerPolicy> peerPolicies,
            Set<String> captured) {
        this(
                appliedRevision,
                observedRevision,
                captureRevision,
                mesh,
                namespaces,
                services,
                slices,
                pods,
                nodes,
                networkPolicies,
                virtualServices,
                destinationRules,
                sidecars,
                peerPolicies,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                captured);
    }
}
