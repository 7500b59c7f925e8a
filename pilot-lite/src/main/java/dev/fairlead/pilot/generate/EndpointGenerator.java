package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.ServiceCluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes the endpoints of clusters. */
final class EndpointGenerator {

    private static final Comparator<Locality> BY_NAME =
            Comparator.comparing(Locality::getRegion).thenComparing(Locality::getZone);

    private EndpointGenerator() {}

    static VersionedResource endpoints(ServiceCluster view) {
        Map<Locality, LocalityLbEndpoints.Builder> localities = new TreeMap<>(BY_NAME);
        view.endpoints().stream()
                .sorted(
                        Comparator.comparing(ServiceCluster.Endpoint::address)
                                .thenComparingInt(ServiceCluster.Endpoint::port))
                .forEach(endpoint ->
                        localities
                                .computeIfAbsent(
                                        locality(endpoint),
                                        at -> LocalityLbEndpoints.newBuilder().setLocality(at))
                                .addLbEndpoints(endpoint(endpoint)));
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(view.name());
        localities.values().forEach(assignment::addEndpoints);
        return VersionedResource.of(view.name(), assignment.build(), Set.of());
    }

    private static Locality locality(ServiceCluster.Endpoint endpoint) {
        return Locality.newBuilder().setRegion(endpoint.region()).setZone(endpoint.zone()).build();
    }

    private static LbEndpoint endpoint(ServiceCluster.Endpoint endpoint) {
        var metadata = Metadata.newBuilder();
        if (endpoint.captured()) {
            metadata.putFilterMetadata(
                    "envoy.transport_socket_match",
                    Protos.struct(ClusterGenerator.TLS_MODE, ClusterGenerator.TLS_MODE_ISTIO));
        }
        if (!endpoint.workload().isEmpty()) {
            metadata.putFilterMetadata("istio", Protos.struct("workload", endpoint.workload()));
        }
        return LbEndpoint.newBuilder()
                .setEndpoint(
                        Endpoint.newBuilder()
                                .setAddress(Protos.address(endpoint.address(), endpoint.port())))
                .setHealthStatus(HealthStatus.HEALTHY)
                .setLoadBalancingWeight(Protos.number(1))
                .setMetadata(metadata)
                .build();
    }
}
