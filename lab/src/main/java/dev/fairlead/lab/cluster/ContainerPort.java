package dev.fairlead.lab.cluster;

/**
 * A port that a container declares.
 *
 * @param name empty when it has none
 * @param protocol TCP, UDP or SCTP
 */
public record ContainerPort(String name, int port, String protocol) {}
