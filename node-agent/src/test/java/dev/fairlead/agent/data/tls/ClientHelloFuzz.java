package dev.fairlead.agent.data.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** ClientHellos: an answer, once given, stays, however the bytes come; nothing is read off. */
public final class ClientHelloFuzz {

    private static final int MAX = 4 * 1024;

    private ClientHelloFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Peeked settled = Peeked.INCOMPLETE;
        for (int length = 0; length <= Math.min(input.length, MAX); length++) {
            ByteBuf bytes = Unpooled.wrappedBuffer(input, 0, length);
            Peeked peeked = ClientHello.peek(bytes, MAX);
            if (bytes.readerIndex() != 0) {
                throw new AssertionError("bytes were read");
            }
            if (!(settled instanceof Peeked.Incomplete) && !peeked.equals(settled)) {
                throw new AssertionError(settled + " became " + peeked + " at " + length);
            }
            settled = peeked;
        }
    }

    public static List<String> seeds() {
        String extensions =
                "\0\0\0\n\0\10\0\0\5a.b.c" + "\0\20\0\16\0\14\2h2\10http/1.1" + "\0\53\0\3\2\3\4";
        String body =
                "\3\3"
                        + "r".repeat(32)
                        + "\0\0\2\23\1\1\0"
                        + (char) 0
                        + (char) extensions.length()
                        + extensions;
        String hello = "\1\0" + (char) 0 + (char) body.length() + body;
        return List.of("\26\3\1\0" + (char) hello.length() + hello, "\26\3\1\0\2\1\0", "GET /");
    }
}
