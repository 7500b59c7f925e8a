package dev.fairlead.agent.data.tls;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * The connections that are open and whether their peers' certificates have been taken back. Thread:
 * any; what is to be done with a connection is done on its loop.
 */
final class LiveConnections {

    private final Map<Channel, Guarded> open = new ConcurrentHashMap<>();

    private record Guarded(BooleanSupplier revoked, Runnable end) {}

    /**
     * Until it is closed.
     *
     * @param revoked asked by any thread whenever a list has changed
     */
    void add(Channel channel, BooleanSupplier revoked, Runnable end) {
        open.put(channel, new Guarded(revoked, end));
        channel.closeFuture().addListener(_ -> open.remove(channel));
    }

    /** Ends those that are revoked; returns how many that were. */
    int endRevoked() {
        int ended = 0;
        for (Map.Entry<Channel, Guarded> each : open.entrySet()) {
            if (each.getValue().revoked.getAsBoolean()) {
                ended++;
                run(each.getKey(), each.getValue().end);
            }
        }
        return ended;
    }

    private static void run(Channel channel, Runnable end) {
        try {
            channel.eventLoop().execute(end);
        } catch (RejectedExecutionException e) {
            channel.close(); // the loop ends, and its connections with it
        }
    }

    int count() {
        return open.size();
    }
}
