package dev.fairlead.agent.data.upstream;

import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for a connection, first come, first served; each may leave at any time.
 *
 * <p>Owner: the pod's worker loop. Cost: O(1), all of it.
 */
final class PendingQueue {

    private @Nullable PendingRequest first;
    private @Nullable PendingRequest last;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    @Nullable PendingRequest first() {
        return first;
    }

    void add(PendingRequest request) {
        PendingRequest end = last;
        request.before = end;
        request.waits = true;
        if (end == null) {
            first = request;
        } else {
            end.after = request;
        }
        last = request;
        size++;
    }

    void remove(PendingRequest request) {
        PendingRequest before = request.before;
        PendingRequest after = request.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        request.before = null;
        request.after = null;
        request.waits = false;
        size--;
    }
}
