package dev.fairlead.pilot.generate;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types of resource that are served, in the order in which changes are sent. */
public enum ResourceType {
    ENROLMENT("type.googleapis.com/fairlead.wire.v1.Enrolment"),
    WORKLOAD("type.googleapis.com/fairlead.wire.v1.Workload"),
    CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster"),
    ENDPOINTS("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"),
    LISTENER("type.googleapis.com/envoy.config.listener.v3.Listener"),
    ROUTES("type.googleapis.com/envoy.config.route.v3.RouteConfiguration");

    private static final Map<String, ResourceType> BY_URL = new HashMap<>();

    static {
        for (ResourceType type : values()) {
            BY_URL.put(type.url, type);
        }
    }

    private final String url;

    ResourceType(String url) {
        this.url = url;
    }

    public String url() {
        return url;
    }

    /** The type of this URL, or null: one that is never served. */
    public static @Nullable ResourceType of(String url) {
        return BY_URL.get(url);
    }
}
