package dev.fairlead.agent.data.detect;

import dev.fairlead.agent.data.detect.HttpSniffer.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** The first bytes of plaintext: a verdict, once given, stays, however the bytes come. */
public final class SnifferFuzz {

    private static final int MAX = 512;

    private SnifferFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Verdict settled = Verdict.MORE_NEEDED;
        for (int length = 0; length <= Math.min(input.length, MAX); length++) {
            ByteBuf bytes = Unpooled.wrappedBuffer(input, 0, length);
            Verdict verdict = HttpSniffer.sniff(bytes, MAX);
            if (bytes.readerIndex() != 0) {
                throw new AssertionError("bytes were read");
            }
            if (settled != Verdict.MORE_NEEDED && verdict != settled) {
                throw new AssertionError(settled + " became " + verdict + " at " + length);
            }
            if (verdict == Verdict.MORE_NEEDED && length == MAX) {
                throw new AssertionError("no verdict after " + length + " bytes");
            }
            settled = verdict;
        }
    }

    public static List<String> seeds() {
        return List.of(
                "GET / HTTP/1.1\r\n",
                "POST /x HTTP/1.0\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\26\3\1",
                "EHLO a\r\n");
    }
}
