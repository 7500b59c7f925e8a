package dev.fairlead.agent.data.health;

import io.netty.buffer.ByteBuf;
import java.util.HexFormat;
import java.util.List;

/**
 * Some pieces that must come one after the other, with anything between them. Nothing is kept of
 * what was read but how far it got.
 *
 * <p>Source: Knuth, Morris, Pratt, "Fast pattern matching in strings". Cost: O(1) a byte.
 */
final class ExpectedBytes {

    private final List<byte[]> pieces;
    private int piece;
    private int matched;
    private int[] fallback;

    private ExpectedBytes(List<byte[]> pieces) {
        this.pieces = pieces;
        this.fallback = pieces.isEmpty() ? new int[0] : fallback(pieces.getFirst());
    }

    static ExpectedBytes ofHex(List<String> pieces) {
        return new ExpectedBytes(pieces.stream().map(HexFormat.of()::parseHex).toList());
    }

    /** For each prefix, how long its longest end is that it also begins with. */
    private static int[] fallback(byte[] bytes) {
        int[] lengths = new int[bytes.length];
        int length = 0;
        for (int i = 1; i < bytes.length; i++) {
            while (length > 0 && bytes[i] != bytes[length]) {
                length = lengths[length - 1];
            }
            length += bytes[i] == bytes[length] ? 1 : 0;
            lengths[i] = length;
        }
        return lengths;
    }

    /** Whether all have come with this. */
    boolean found(ByteBuf more) {
        while (piece < pieces.size() && more.isReadable()) {
            byte next = more.readByte();
            byte[] wanted = pieces.get(piece);
            while (matched > 0 && wanted[matched] != next) {
                matched = fallback[matched - 1];
            }
            matched += wanted[matched] == next ? 1 : 0;
            if (matched == wanted.length) {
                piece++;
                matched = 0;
                fallback = piece < pieces.size() ? fallback(pieces.get(piece)) : fallback;
            }
        }
        return piece == pieces.size();
    }
}
