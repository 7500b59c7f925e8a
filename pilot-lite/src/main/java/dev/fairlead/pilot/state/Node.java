package dev.fairlead.pilot.state;

/** A node and where it stands; region and zone are empty where its labels do not say. */
public record Node(String name, String region, String zone) {}
