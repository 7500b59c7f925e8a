package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.upstream.UpstreamRequest;
import io.netty.handler.codec.http.HttpContent;
import java.util.ArrayDeque;

/**
 * The pieces of a request's body that came before its upstream connection was there.
 *
 * <p>Owner: its exchange, which either sends or releases them.
 */
final class WaitingBody {

    /** Beyond, the client waits. */
    private static final int MAX_BYTES = 64 * 1024;

    private final ArrayDeque<HttpContent> pieces = new ArrayDeque<>(2);
    private long bytes;

    /** Takes a piece; false: enough for now. */
    boolean add(HttpContent piece) {
        pieces.add(piece);
        bytes += piece.content().readableBytes();
        return bytes <= MAX_BYTES;
    }

    void sendOn(UpstreamRequest upstream) {
        while (!pieces.isEmpty()) {
            upstream.write(pieces.remove());
        }
        bytes = 0;
    }

    /** What a request's copies get; it stays here. */
    void copyTo(Mirrors mirrors) {
        pieces.forEach(mirrors::content);
    }

    void release() {
        while (!pieces.isEmpty()) {
            pieces.remove().release();
        }
    }
}
