package dev.fairlead.agent.data.capture;

import java.util.Scanner;

/**
 * The ports of connections that carry a caller's address to an application: none that the caller's
 * own kernel would choose. Were one in use here when the caller took it for a connection of its
 * own, the pod's kernel would have two connections of the same four numbers, and drop the second.
 *
 * <p>Taken in turn; each is tried before one comes again. What range callers choose from is not
 * known here: pods of a cluster are taken to be alike.
 *
 * <p>Owner: the pod's worker loop. Source: ip_local_port_range of ip(7); 32768 to 60999 where
 * nobody has changed it.
 */
final class CallerPorts {

    /** The kernel chooses. */
    static final int ANY = 0;

    private static final int HIGHEST = 65535;
    private static final int ENOUGH = 1024;
    private static final int LOWEST = 10_000; // below it applications listen
    private static final int MOST = 8192; // connections of a pod

    private final int first;
    private final int count;
    private int next;

    private CallerPorts(int first, int count, int next) {
        this.first = first;
        this.count = count;
        this.next = next;
    }

    /**
     * Ports besides those that connections get.
     *
     * @param range lowest and highest that the kernel chooses, as in ip_local_port_range
     * @param start where to begin, so that loops that serve the same pod do not meet; any number
     */
    static CallerPorts besides(String range, int start) {
        int lowest = 0;
        int highest = HIGHEST;
        try (var numbers = new Scanner(range)) {
            if (numbers.hasNextInt()) {
                lowest = numbers.nextInt();
                highest = numbers.hasNextInt() ? numbers.nextInt() : HIGHEST;
            }
        }
        int above = HIGHEST - highest;
        int below = Math.min(MOST, lowest - LOWEST);
        if (above >= ENOUGH) {
            return starting(highest + 1, above, start);
        }
        return below >= ENOUGH
                ? starting(lowest - below, below, start)
                : new CallerPorts(ANY, 0, 0);
    }

    private static CallerPorts starting(int first, int count, int start) {
        return new CallerPorts(first, count, Math.floorMod(start, count));
    }

    /** {@link #ANY} where connections are given all that there are. */
    int next() {
        if (count == 0) {
            return ANY;
        }
        int port = first + next;
        next = (next + 1) % count;
        return port;
    }
}
