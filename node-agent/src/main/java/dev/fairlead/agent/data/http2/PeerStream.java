package dev.fairlead.agent.data.http2;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;

/** A stream as its owner handles it. All calls come on the connection's loop. */
public interface PeerStream {

    /**
     * A piece of a body, which the owner retains if it wants it for longer than the call.
     *
     * @return bytes, padding included, that the owner will give back to the stream's window later
     */
    int data(ByteBuf data, int padding, boolean ends);

    /**
     * The other side has reset it; {@link #closed} follows.
     *
     * @return whether that was before the exchange was whole
     */
    boolean reset(long code);

    /** The other side broke the protocol; it is reset by us, and {@link #closed} follows. */
    void broke(Http2Error code);

    /** It is over on both sides, or its connection is. */
    void closed();

    /** It takes bytes again, or no longer. */
    void writabilityChanged();
}
