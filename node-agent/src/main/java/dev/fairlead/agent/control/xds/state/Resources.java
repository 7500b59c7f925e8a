package dev.fairlead.agent.control.xds.state;

import dev.fairlead.agent.control.xds.compile.ClusterCompiler;
import dev.fairlead.agent.control.xds.compile.EndpointsCompiler;
import dev.fairlead.agent.control.xds.compile.EnrolmentCompiler;
import dev.fairlead.agent.control.xds.compile.ListenerCompiler;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.compile.RouteTableCompiler;
import dev.fairlead.agent.control.xds.compile.WorkloadCompiler;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.workload.Workload;
import java.util.Set;

/** The tables of all types. Thread: their owner's. */
public record Resources(
        ResourceTable<Cluster> clusters,
        ResourceTable<Endpoints> endpoints,
        ResourceTable<Listener> listeners,
        ResourceTable<RouteTable> routes,
        ResourceTable<Workload> workloads,
        ResourceTable<Set<String>> enrolments) {

    public static Resources empty() {
        return new Resources(
                new ResourceTable<>(ResourceType.CLUSTER, new ClusterCompiler()),
                new ResourceTable<>(ResourceType.ENDPOINTS, new EndpointsCompiler()),
                new ResourceTable<>(ResourceType.LISTENER, new ListenerCompiler()),
                new ResourceTable<>(ResourceType.ROUTE, new RouteTableCompiler()),
                new ResourceTable<>(ResourceType.WORKLOAD, new WorkloadCompiler()),
                new ResourceTable<>(ResourceType.ENROLMENT, new EnrolmentCompiler()));
    }

    public ResourceTable<?> of(ResourceType type) {
        return switch (type) {
            case CLUSTER -> clusters;
            case ENDPOINTS -> endpoints;
            case LISTENER -> listeners;
            case ROUTE -> routes;
            case WORKLOAD -> workloads;
            case ENROLMENT -> enrolments;
        };
    }
}
