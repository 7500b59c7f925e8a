package dev.fairlead.agent.data.capture;

/**
 * What one pod may hold of its node's agent, so that there is something left for the others. What
 * goes beyond is reset and counted.
 *
 * @param connections open at once, in and out
 */
public record PodBounds(int connections) {

    public static final PodBounds USUAL = new PodBounds(8192);

    public PodBounds {
        if (connections < 1) {
            throw new IllegalArgumentException("a pod must be allowed a connection");
        }
    }
}
