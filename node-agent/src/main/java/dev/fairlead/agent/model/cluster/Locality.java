package dev.fairlead.agent.model.cluster;

/** Where endpoints are; empty parts: not known. */
public record Locality(String region, String zone, String subZone) {

    public static final Locality UNKNOWN = new Locality("", "", "");
}
