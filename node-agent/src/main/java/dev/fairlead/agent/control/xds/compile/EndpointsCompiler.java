package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Struct;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code config.endpoint.v3.ClusterLoadAssignment} to {@link Endpoints}; what is not healthy is
 * left out.
 */
public final class EndpointsCompiler extends ResourceCompiler<ClusterLoadAssignment, Endpoints> {

    private static final String TRANSPORT_SOCKET_MATCH = "envoy.transport_socket_match";

    /** Names the workload for Envoy's telemetry; the agent knows workloads by their address. */
    private static final String ISTIO = "istio";

    public EndpointsCompiler() {
        super(ClusterLoadAssignment.class);
    }

    @Override
    Outcome<Endpoints> translate(ClusterLoadAssignment assignment) throws Refusal {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < assignment.getEndpointsCount(); i++) {
            var locality = assignment.getEndpoints(i);
            At localityAt = At.ROOT.element("endpoints", i);
            for (int j = 0; j < locality.getLbEndpointsCount(); j++) {
                add(endpoints, locality.getLbEndpoints(j), localityAt.element("lb_endpoints", j));
            }
        }
        var model = new Endpoints(assignment.getClusterName(), endpoints);
        return new Outcome.Compiled<>(model, References.NONE);
    }

    private static void add(List<Endpoint> endpoints, LbEndpoint endpoint, At at) throws Refusal {
        var address =
                Values.socketAddress(
                        endpoint.getEndpoint().getAddress(), at.field("endpoint").field("address"));
        boolean mutualTls = mutualTls(endpoint.getMetadata(), at.field("metadata"));
        int weight = weight(endpoint, at);
        switch (endpoint.getHealthStatus()) {
            case UNKNOWN, HEALTHY -> endpoints.add(new Endpoint(address, weight, mutualTls));
            case UNHEALTHY -> {}
            default ->
                    throw at.field("health_status")
                            .refuse(endpoint.getHealthStatus() + " is outside the profile");
        }
    }

    private static int weight(LbEndpoint endpoint, At at) throws Refusal {
        int weight =
                endpoint.hasLoadBalancingWeight()
                        ? endpoint.getLoadBalancingWeight().getValue()
                        : 1;
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
