package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.ListenerStat;

/**
 * What a pod holds of its agent over all its connections: streams, and bytes of requests that are
 * kept, wait for an authorizer, or are copies that wait for their server. Owner: the pod's loop.
 */
final class PodLoad {

    private final PodBounds bounds;
    private final Counters<ListenerStat> stats;
    private int streams;
    private long buffered;

    PodLoad(PodBounds bounds, Counters<ListenerStat> stats) {
        this.bounds = bounds;
        this.stats = stats;
    }

    /** False: it has as many as a pod may have. */
    boolean takeStream() {
        if (streams >= bounds.streams()) {
            return false;
        }
        streams++;
        return true;
    }

    void giveStream() {
        streams--;
    }

    /** Whether so many bytes more may be kept; counted where not. */
    boolean mayHold(long bytes) {
        if (buffered + bytes <= bounds.bufferedBytes()) {
            return true;
        }
        stats.inc(ListenerStat.DOWNSTREAM_BUFFER_OVERFLOW);
        return false;
    }

    /** What has come is held, whether there is room or not. */
    void hold(long bytes) {
        buffered += bytes;
    }

    long held() {
        return buffered;
    }

    void release(long bytes) {
        buffered -= bytes;
    }
}
