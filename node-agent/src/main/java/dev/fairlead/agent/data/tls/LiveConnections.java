package dev.fairlead.agent.data.tls;

import io.netty.channel.Channel;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * The connections that are open and what their peers have proven themselves with. Thread: any; what
 * is to be done with a connection is done on its loop.
 */
final class LiveConnections {

    private final Map<Channel, Proven> open = new ConcurrentHashMap<>();

    private record Proven(List<X509Certificate> chain, Runnable end) {}

    /** Until it is closed. */
    void add(Channel channel, List<X509Certificate> chain, Runnable end) {
        open.put(channel, new Proven(chain, end));
        channel.closeFuture().addListener(_ -> open.remove(channel));
    }

    /** Ends those whose chain is {@code bad}; returns how many that were. */
    int end(Predicate<List<X509Certificate>> bad) {
        int ended = 0;
        for (Map.Entry<Channel, Proven> each : open.entrySet()) {
            if (bad.test(each.getValue().chain)) {
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
