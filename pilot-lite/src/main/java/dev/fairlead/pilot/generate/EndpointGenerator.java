package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Placement;
import dev.fairlead.pilot.compile.ServiceCluster;
import dev.fairlead.pilot.state.Node;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint.HealthCheckConfig;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes the endpoints of clusters. */
final class EndpointGenerator {

    private static final Comparator<Locality> BY_NAME =
            Comparator.comparing(Locality::getRegion)
                    .thenComparing(Locality::getZone)
                    .thenComparing(Locality::getSubZone);
    private static final Comparator<ServiceCluster.Endpoint> BY_ADDRESS =
            Comparator.comparing(ServiceCluster.Endpoint::address)
                    .thenComparingInt(ServiceCluster.Endpoint::port);

    private EndpointGenerator() {}

    /** As clients everywhere see them. */
    static VersionedResource endpoints(ServiceCluster view, Audience audience) {
        boolean subZones = audience.knowsTrafficPolicy();
        Map<Locality, LocalityLbEndpoints.Builder> localities = new TreeMap<>(BY_NAME);
        view.endpoints().stream()
                .sorted(BY_ADDRESS)
                .forEach(endpoint -> {
                    String subZone = subZones ? endpoint.subZone() : "";
                    localities
                            .computeIfAbsent(
                                    locality(endpoint.region(), endpoint.zone(), subZone),
                                    at -> LocalityLbEndpoints.newBuilder().setLocality(at))
                            .addLbEndpoints(endpoint(endpoint, subZones ? checkPort(view) : 0));
                });
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(view.name());
        localities.values().forEach(assignment::addEndpoints);
        return VersionedResource.of(view.name(), assignment.build(), Set.of());
    }

    /** As clients on a node see them, where that makes a difference. */
    static VersionedResource endpoints(ServiceCluster view, Placement placement, Node client) {
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(view.name());
        for (Placement.Group group : placement.groups(view.endpoints(), client)) {
            var locality =
                    LocalityLbEndpoints.newBuilder()
                            .setLocality(locality(group.region(), group.zone(), group.subZone()))
                            .setPriority(group.priority());
            if (placement.weighted() && group.weight() > 0) {
                locality.setLoadBalancingWeight(Protos.number(group.weight()));
            }
            group.endpoints().stream()
                    .sorted(BY_ADDRESS)
                    .forEach(endpoint ->
                            locality.addLbEndpoints(endpoint(endpoint, checkPort(view))));
            assignment.addEndpoints(locality);
        }
        return VersionedResource.of(view.name(), assignment.build(), Set.of());
    }

    private static Locality locality(String region, String zone, String subZone) {
        return Locality.newBuilder().setRegion(region).setZone(zone).setSubZone(subZone).build();
    }

    /** Where endpoints are asked how they are; 0: where all else is asked. */
    private static int checkPort(ServiceCluster view) {
        var check = view.policy().check();
        return check == null ? 0 : check.checkPort();
    }

    private static LbEndpoint endpoint(ServiceCluster.Endpoint endpoint, int checkPort) {
        var metadata = Metadata.newBuilder();
        if (endpoint.mutual()) {
            metadata.putFilterMetadata(
                    "envoy.transport_socket_match",
                    Protos.struct(ClusterGenerator.TLS_MODE, ClusterGenerator.TLS_MODE_ISTIO));
        }
        if (!endpoint.workload().isEmpty()) {
            metadata.putFilterMetadata("istio", Protos.struct("workload", endpoint.workload()));
        }
        var at =
                Endpoint.newBuilder()
                        .setAddress(Protos.address(endpoint.address(), endpoint.port()));
        if (checkPort > 0) {
            at.setHealthCheckConfig(HealthCheckConfig.newBuilder().setPortValue(checkPort));
        }
        return LbEndpoint.newBuilder()
                .setEndpoint(at)
                .setHealthStatus(HealthStatus.HEALTHY)
                .setLoadBalancingWeight(Protos.number(1))
                .setMetadata(metadata)
                .build();
    }
}
