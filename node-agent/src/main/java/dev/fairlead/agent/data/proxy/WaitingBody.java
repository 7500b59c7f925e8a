package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.upstream.UpstreamRequest;
import io.netty.handler.codec.http.HttpContent;
import java.util.ArrayDeque;

/**
 * The pieces of a request's body that its upstream has not got yet, and, while it may be sent
 * again, those that it has. Nothing is copied.
 *
 * <p>Owner: its exchange, which either sends or releases them.
 */
final class WaitingBody {

    /** Beyond, the client waits. */
    private static final int MAX_BYTES = 64 * 1024;

    /** Beyond, a request is not sent again. Envoy: per_connection_buffer_limit_bytes. */
    private static final int MAX_KEPT_BYTES = 1024 * 1024;

    private final ArrayDeque<HttpContent> pieces = new ArrayDeque<>(2);
    private final PodLoad load;
    private long bytes;
    private boolean keeps;
    private boolean whole = true;
    private boolean beyondPod;

    /**
     * @param load of the pod, which may keep so many bytes in all
     */
    WaitingBody(PodLoad load) {
        this.load = load;
    }

    /** From now on all pieces are kept, as long as they are few. */
    void keep() {
        keeps = true;
    }

    /** Takes a piece that cannot be sent yet; false: enough for now. */
    boolean add(HttpContent piece) {
        int size = piece.content().readableBytes();
        boolean room = size == 0 || load.mayHold(size);
        beyondPod = !room;
        pieces.add(piece);
        hold(size);
        return room && bytes <= MAX_BYTES;
    }

    /** False: when the last piece came the pod held as much as it may. */
    boolean isWithinPod() {
        return !beyondPod;
    }

    /** Sends a piece, and keeps what may be needed again. */
    void pass(HttpContent piece, UpstreamRequest upstream) {
        if (keeps) {
            int size = piece.content().readableBytes();
            if (bytes + size > MAX_KEPT_BYTES || size > 0 && !load.mayHold(size)) {
                letGo();
            } else {
                hold(size);
                pieces.add(piece.retainedDuplicate());
            }
        }
        upstream.write(piece);
    }

    void sendOn(UpstreamRequest upstream) {
        if (keeps && bytes <= MAX_KEPT_BYTES) {
            pieces.forEach(piece -> upstream.write(piece.retainedDuplicate()));
            return;
        }
        if (keeps) {
            keeps = false;
            whole = false;
        }
        while (!pieces.isEmpty()) {
            upstream.write(pieces.remove());
        }
        holdNothing();
    }

    /** Whether all of it is still here. */
    boolean isWhole() {
        return keeps && whole;
    }

    /** Nothing is kept any more: it will not be sent again. */
    void letGo() {
        if (keeps) {
            keeps = false;
            whole = false;
            release();
        }
    }

    long bytes() {
        return bytes;
    }

    /** The first of it, in an array of its own. */
    byte[] copy(int most) {
        byte[] some = new byte[(int) Math.min(bytes, most)];
        int at = 0;
        for (HttpContent piece : pieces) {
            int length = Math.min(piece.content().readableBytes(), some.length - at);
            piece.content().getBytes(piece.content().readerIndex(), some, at, length);
            at += length;
        }
        return some;
    }

    /** What a request's copies get; it stays here. */
    void copyTo(Mirrors mirrors) {
        pieces.forEach(mirrors::content);
    }

    void release() {
        while (!pieces.isEmpty()) {
            pieces.remove().release();
        }
        holdNothing();
    }

    private void hold(int size) {
        bytes += size;
        load.hold(size);
    }

    private void holdNothing() {
        load.release(bytes);
        bytes = 0;
    }
}
