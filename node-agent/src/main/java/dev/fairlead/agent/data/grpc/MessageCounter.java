package dev.fairlead.agent.data.grpc;

import io.netty.buffer.ByteBuf;

/**
 * Counts the messages that one side of a call sends, by the prefix of each: a byte of flags and
 * four of length. A message counts when it begins. Nothing is copied or kept.
 *
 * <p>Owner: the call's loop. Cost: a few steps for each message that begins, however long it is.
 * Source: gRPC, "gRPC over HTTP2", Length-Prefixed-Message.
 */
public final class MessageCounter {

    private static final int PREFIX_BYTES = 5;

    private int prefixSeen;
    private long length;
    private long left;
    private long begun;

    /** The next piece of the stream, split anywhere; its indexes stay. */
    public void add(ByteBuf piece) {
        int at = piece.readerIndex();
        int end = piece.writerIndex();
        while (at < end) {
            if (left > 0) {
                int step = (int) Math.min(left, end - at);
                left -= step;
                at += step;
            } else {
                prefix(piece.getUnsignedByte(at));
                at++;
            }
        }
    }

    private void prefix(int next) {
        if (prefixSeen == 0) {
            begun++;
            length = 0; // and this byte is the flags
        } else {
            length = length << 8 | next;
        }
        prefixSeen++;
        if (prefixSeen == PREFIX_BYTES) {
            prefixSeen = 0;
            left = length;
        }
    }

    /** Messages that have begun. */
    public long begun() {
        return begun;
    }
}
