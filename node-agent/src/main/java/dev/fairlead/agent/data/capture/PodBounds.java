package dev.fairlead.agent.data.capture;

/**
 * What one pod may hold of its node's agent, so that there is something left for the others. What
 * goes beyond is refused and counted.
 *
 * @param connections open at once, in and out; more are reset
 * @param streams of HTTP/2 clients open at once, over all connections; more are refused
 * @param handshakes with its callers under way at once; beyond, the caller with the most loses one
 * @param handshakesPerSource likewise with one address; more are reset
 * @param bufferedBytes of requests that are kept to be sent again, have nowhere to go yet, or are
 *     to be seen by an authorizer first, and of copies; beyond, nothing is kept, who sends waits,
 *     what must be seen is refused, and copies are given up
 */
public record PodBounds(
        int connections, int streams, int handshakes, int handshakesPerSource, int bufferedBytes) {

    public static final PodBounds USUAL = new PodBounds(8192, 16_384, 1024, 256, 64 * 1024 * 1024);

    public PodBounds {
        if (connections < 1
                || streams < 1
                || handshakes < 1
                || handshakesPerSource < 1
                || bufferedBytes < 0) {
            throw new IllegalArgumentException(
                    "a pod must be allowed a connection, a stream and a handshake");
        }
    }
}
