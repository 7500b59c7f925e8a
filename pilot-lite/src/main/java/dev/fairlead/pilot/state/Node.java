package dev.fairlead.pilot.state;

/** A node and where it stands; what its labels do not say is empty. */
public record Node(String name, String region, String zone, String subZone) {

    public Node(String name, String region, String zone) {
        this(name, region, zone, "");
    }
}
