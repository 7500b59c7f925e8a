package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Struct;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.Endpoints.Group;
import dev.fairlead.agent.model.cluster.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code config.endpoint.v3.ClusterLoadAssignment} to {@link Endpoints}. */
public final class EndpointsCompiler extends ResourceCompiler<ClusterLoadAssignment, Endpoints> {

    private static final String TRANSPORT_SOCKET_MATCH = "envoy.transport_socket_match";

    /** Names the workload for Envoy's telemetry; the agent knows workloads by their address. */
    private static final String ISTIO = "istio";

    public EndpointsCompiler() {
        super(ClusterLoadAssignment.class);
    }

    @Override
    Outcome<Endpoints> translate(ClusterLoadAssignment assignment) throws Refusal {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < assignment.getEndpointsCount(); i++) {
            Group group = group(assignment.getEndpoints(i), At.ROOT.element("endpoints", i));
            if (!group.endpoints().isEmpty()) {
                groups.add(group);
            }
        }
        var model =
                new Endpoints(
                        assignment.getClusterName(),
                        groups,
                        overprovisioning(assignment, At.ROOT.field("policy")));
        return new Outcome.Compiled<>(model, References.NONE);
    }

    private static int overprovisioning(ClusterLoadAssignment assignment, At at) throws Refusal {
        if (!assignment.getPolicy().hasOverprovisioningFactor()) {
            return Endpoints.OVERPROVISIONING_PERCENT;
        }
        int percent = assignment.getPolicy().getOverprovisioningFactor().getValue();
        if (percent < 1) {
            throw at.field("overprovisioning_factor")
                    .refuse(Integer.toUnsignedString(percent) + " is not between 1 and 2^31-1");
        }
        return percent;
    }

    private static Group group(LocalityLbEndpoints group, At at) throws Refusal {
        int priority = group.getPriority();
        if (priority < 0 || priority > Endpoints.MAX_PRIORITY) {
            throw at.field("priority")
                    .refuse(
                            Integer.toUnsignedString(priority)
                                    + " is not between 0 and "
                                    + Endpoints.MAX_PRIORITY);
        }
        int weight =
                group.hasLoadBalancingWeight()
                        ? weight(group.getLoadBalancingWeight().getValue(), at)
                        : 0;
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < group.getLbEndpointsCount(); i++) {
            endpoints.add(endpoint(group.getLbEndpoints(i), at.element("lb_endpoints", i)));
        }
        var where = group.getLocality();
        return new Group(
                new Locality(where.getRegion(), where.getZone(), where.getSubZone()),
                priority,
                weight,
                endpoints);
    }

    private static Endpoint endpoint(LbEndpoint endpoint, At at) throws Refusal {
        At endpointAt = at.field("endpoint");
        var it = endpoint.getEndpoint();
        return new Endpoint(
                Values.socketAddress(it.getAddress(), endpointAt.field("address")),
                endpoint.hasLoadBalancingWeight()
                        ? weight(endpoint.getLoadBalancingWeight().getValue(), at)
                        : 1,
                mutualTls(endpoint.getMetadata(), at.field("metadata")),
                switch (endpoint.getHealthStatus()) {
                    case UNKNOWN, HEALTHY -> Health.HEALTHY;
                    case DEGRADED -> Health.DEGRADED;
                    case UNHEALTHY, DRAINING, TIMEOUT, UNRECOGNIZED -> Health.UNHEALTHY;
                },
                it.getHealthCheckConfig().getPortValue() == 0
                        ? 0
                        : Values.port(
                                it.getHealthCheckConfig().getPortValue(),
                                endpointAt.field("health_check_config").field("port_value")));
    }

    private static int weight(int weight, At at) throws Refusal {
        if (weight < 1) {
            throw at.field("load_balancing_weight")
                    .refuse(Integer.toUnsignedString(weight) + " is not between 1 and 2^31-1");
        }
        return weight;
    }

    private static boolean mutualTls(Metadata metadata, At at) throws Refusal {
        boolean mutualTls = false;
        for (Map.Entry<String, Struct> entry : metadata.getFilterMetadataMap().entrySet()) {
            At entryAt = at.field("filter_metadata[" + entry.getKey() + "]");
            switch (entry.getKey()) {
                case TRANSPORT_SOCKET_MATCH -> mutualTls = tlsMode(entry.getValue(), entryAt);
                case ISTIO -> {}
                default -> throw entryAt.refuse("metadata is outside the profile");
            }
        }
        return mutualTls;
    }

    private static boolean tlsMode(Struct labels, At at) throws Refusal {
        for (var label : labels.getFieldsMap().entrySet()) {
            if (!label.getKey().equals(UpstreamTransports.TLS_MODE)
                    || !label.getValue().getStringValue().equals(UpstreamTransports.ISTIO)) {
                throw at.field(label.getKey()).refuse("not {tlsMode: istio}");
            }
        }
        return labels.getFieldsCount() > 0;
    }

    @Override
    String nameOf(ClusterLoadAssignment assignment) {
        return assignment.getClusterName();
    }

    @Override
    String nameField() {
        return "cluster_name";
    }
}
