package dev.fairlead.agent.data.authz;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** What an authorizer sees of a request's body. */
public final class CheckedBody {

    /** Says whether it is a part. */
    static final String PARTIAL = "x-envoy-auth-partial-body";

    private final byte[] bytes;
    private final boolean partial;
    private final boolean asBytes;

    /**
     * @param bytes not to be changed
     * @param partial whether there is more of it
     * @param asBytes whether they are sent as they are; else as text, in which {@code !} stands for
     *     what is no UTF-8
     */
    public CheckedBody(byte[] bytes, boolean partial, boolean asBytes) {
        this.bytes = bytes;
        this.partial = partial;
        this.asBytes = asBytes;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    boolean partial() {
        return partial;
    }

    boolean asBytes() {
        return asBytes;
    }

    private byte[] text() {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        StringBuilder text = new StringBuilder(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            out.flip();
            text.append(out);
            out.clear();
            if (!result.isError()) {
                return text.toString().getBytes(StandardCharsets.UTF_8);
            }
            for (int i = 0; i < result.length(); i++) {
                text.append('!');
            }
            in.position(in.position() + result.length());
        }
    }

    /** What is sent. */
    byte[] sent() {
        return asBytes ? bytes : text();
    }
}
