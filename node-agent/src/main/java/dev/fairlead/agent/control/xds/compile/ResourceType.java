package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import org.jspecify.annotations.Nullable;

/** The types of resource that an agent asks for, in the order in which it asks. */
public enum ResourceType {
    CLUSTER(Cluster.getDefaultInstance(), "clusters", true),
    ENDPOINTS(ClusterLoadAssignment.getDefaultInstance(), "endpoints", false),
    LISTENER(Listener.getDefaultInstance(), "listeners", true),
    ROUTE(RouteConfiguration.getDefaultInstance(), "routes", false),
    WORKLOAD(dev.fairlead.wire.v1.workload.Workload.getDefaultInstance(), "workloads", true),
    ENROLMENT(dev.fairlead.wire.v1.workload.Enrolment.getDefaultInstance(), "enrolments", true);

    private static final String URL_PREFIX = "type.googleapis.com/";

    private final Message message;
    private final String typeUrl;
    private final String label;
    private final boolean wildcard;

    ResourceType(Message message, String label, boolean wildcard) {
        this.message = message;
        this.typeUrl = URL_PREFIX + message.getDescriptorForType().getFullName();
        this.label = label;
        this.wildcard = wildcard;
    }

    /** An empty one. */
    Message message() {
        return message;
    }

    public String typeUrl() {
        return typeUrl;
    }

    /** As files, logs and statistics name it: {@code clusters}. */
    public String label() {
        return label;
    }

    /** All there are, or those asked for by name. */
    public boolean wildcard() {
        return wildcard;
    }

    /** Served by every control plane, or by those of a later profile only: not waited for. */
    public boolean essential() {
        return this != ENROLMENT;
    }

    /** The type with this URL, or null. */
    public static @Nullable ResourceType of(String typeUrl) {
        for (ResourceType type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return type;
            }
        }
        return null;
    }
}
