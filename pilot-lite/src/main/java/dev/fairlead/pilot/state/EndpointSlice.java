package dev.fairlead.pilot.state;

import java.util.List;

/** Some of the endpoints of one Service: each endpoint has each of the ports. */
public record EndpointSlice(
        String namespace, String service, List<Port> ports, List<Endpoint> endpoints) {

    public EndpointSlice {
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /** A port, by the name that the Service's port has. */
    public record Port(String name, int port) {}

    /**
     * One address.
     *
     * @param podUid the pod behind it, or empty
     * @param node where it is, or empty
     */
    public record Endpoint(String address, boolean ready, String podUid, String node) {}
}
