package dev.fairlead.agent.model.cluster;

import java.util.List;

/** The healthy endpoints that go by one EDS name. */
public record Endpoints(String edsName, List<Endpoint> list) {

    public Endpoints {
        list = List.copyOf(list);
    }
}
