package dev.fairlead.agent.model.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The endpoints that go by one EDS name, whatever their health.
 *
 * @param overprovisioningPercent by how much the healthy part of a priority or locality counts for
 *     more than it is, before others take over from it
 */
public record Endpoints(String edsName, List<Group> groups, int overprovisioningPercent) {

    /** Envoy's own. */
    public static final int OVERPROVISIONING_PERCENT = 140;

    public static final int MAX_PRIORITY = 128; // Envoy refuses more

    /**
     * Endpoints of one locality and priority.
     *
     * @param priority 0 is the first
     * @param weight of the locality in its priority, where localities are weighted; 0: it gets
     *     nothing there
     */
    public record Group(Locality locality, int priority, int weight, List<Endpoint> endpoints) {

        public Group {
            endpoints = List.copyOf(endpoints);
            if (priority < 0 || priority > MAX_PRIORITY) {
                throw new IllegalArgumentException("priority " + priority);
            }
        }
    }

    public Endpoints {
        groups = List.copyOf(groups);
    }

    /** All of one priority, wherever they are. */
    public Endpoints(String edsName, List<Endpoint> endpoints) {
        this(
                edsName,
                endpoints.isEmpty()
                        ? List.of()
                        : List.of(new Group(Locality.UNKNOWN, 0, 0, endpoints)),
                OVERPROVISIONING_PERCENT);
    }

    /** Of all groups. */
    public List<Endpoint> list() {
        if (groups.size() == 1) {
            return groups.getFirst().endpoints();
        }
        List<Endpoint> all = new ArrayList<>();
        groups.forEach(group -> all.addAll(group.endpoints()));
        return all;
    }
}
