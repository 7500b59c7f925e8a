package dev.fairlead.agent.data.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ClientHelloTest {

    private static final int MAX = 16 * 1024;
    private static final Peeked EXPECTED =
            new Peeked.Hello("reviews.default.svc", List.of("istio-http/1.1", "istio", "http/1.1"));
    private static final byte[] HELLO = jdkHello();

    /** What the JDK sends as its first flight. */
    private static byte[] jdkHello() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, null, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("Reviews.default.svc")));
            parameters.setApplicationProtocols(
                    new String[] {"istio-http/1.1", "istio", "http/1.1"});
            engine.setSSLParameters(parameters);
            ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), out);
            return Arrays.copyOf(out.array(), out.position());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Peeked peek(byte[] bytes) {
        return peek(bytes, MAX);
    }

    private static Peeked peek(byte[] bytes, int max) {
        ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {9}, bytes).skipBytes(1);
        Peeked peeked = ClientHello.peek(buffer, max);
        assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
        return peeked;
    }

    @Test
    void aWholeHelloNamesServerAndProtocols() {
        assertThat(peek(HELLO)).isEqualTo(EXPECTED);
    }

    @Test
    void bytesAfterTheHelloDoNotMatter() {
        assertThat(peek(Arrays.copyOf(HELLO, HELLO.length + 100))).isEqualTo(EXPECTED);
    }

    @Test
    void everyPrefixIsIncomplete() {
        for (int length = 0; length < HELLO.length; length++) {
            assertThat(peek(Arrays.copyOf(HELLO, length)))
                    .as("first %d bytes", length)
                    .isEqualTo(Peeked.INCOMPLETE);
        }
    }

    @Property(tries = 200)
    void aHelloInManyRecordsReadsTheSame(@ForAll @IntRange(min = 1, max = 300) int recordBytes) {
        byte[] fragmented = fragment(HELLO, recordBytes);
        assertThat(peek(fragmented)).isEqualTo(EXPECTED);
        assertThat(peek(Arrays.copyOf(fragmented, fragmented.length - 1)))
                .isEqualTo(Peeked.INCOMPLETE);
    }

    private static byte[] fragment(byte[] hello, int recordBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 5; at < hello.length; at += recordBytes) {
            int length = Math.min(recordBytes, hello.length - at);
            out.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
            out.write(hello, at, length);
        }
        return out.toByteArray();
    }

    @Test
    void otherProtocolsAreSeenAtTheirFirstByte() {
        for (String text : List.of("GET / HTTP/1.1\r\n", "SSH-2.0-x", "\0\1")) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            assertThat(peek(Arrays.copyOf(bytes, 1))).isEqualTo(Peeked.NOT_TLS);
            assertThat(peek(bytes)).isEqualTo(Peeked.NOT_TLS);
        }
        assertThat(peek(new byte[] {22, 2})).isEqualTo(Peeked.NOT_TLS);
        assertThat(peek(new byte[] {22, 3, 1, 0, 0})).isEqualTo(Peeked.NOT_TLS);
        assertThat(peek(new byte[] {22, 3, 1, 0, 9, 2})).isEqualTo(Peeked.NOT_TLS);
    }

    @Test
    void aHelloLongerThanTheMaximumIsNotTls() {
        assertThat(peek(HELLO, HELLO.length)).isEqualTo(EXPECTED);
        assertThat(peek(HELLO, HELLO.length - 1)).isEqualTo(Peeked.NOT_TLS);
        assertThat(peek(Arrays.copyOf(HELLO, 20), HELLO.length - 1)).isEqualTo(Peeked.NOT_TLS);
    }

    @Test
    void recordsWithoutEndAreNotTls() {
        byte[] drip = fragment(HELLO, 1);
        assertThat(peek(drip, HELLO.length)).isEqualTo(Peeked.NOT_TLS);
    }

    @Test
    void aHelloWithoutExtensionsOffersNothing() {
        byte[] body = new byte[4 + 34 + 1 + 4 + 2];
        body[0] = 1;
        body[3] = (byte) (body.length - 4);
        body[4] = 3;
        body[5] = 3;
        body[40] = 2; // two bytes of ciphers
        body[43] = 1; // one compression
        byte[] record = new byte[5 + body.length];
        record[0] = 22;
        record[1] = 3;
        record[4] = (byte) body.length;
        System.arraycopy(body, 0, record, 5, body.length);

        assertThat(peek(record)).isEqualTo(new Peeked.Hello(null, List.of()));
    }

    /** Any change of any byte: an answer, never an exception. */
    @Property(tries = 5_000)
    void aBrokenHelloGetsAnAnswer(
            @ForAll @IntRange(min = 0, max = 2_000) int at, @ForAll byte value) {
        byte[] broken = HELLO.clone();
        broken[5 + at % (broken.length - 5)] = value;

        assertThat(peek(broken)).isNotNull();
    }

    @Property(tries = 5_000)
    void randomBytesAfterAGoodStartGetAnAnswer(@ForAll("tails") byte[] tail) {
        byte[] bytes = new byte[9 + tail.length];
        bytes[0] = 22;
        bytes[1] = 3;
        bytes[2] = 1;
        bytes[3] = (byte) ((tail.length + 4) >> 8);
        bytes[4] = (byte) (tail.length + 4);
        bytes[5] = 1;
        bytes[7] = (byte) (tail.length >> 8);
        bytes[8] = (byte) tail.length;
        System.arraycopy(tail, 0, bytes, 9, tail.length);

        assertThat(peek(bytes)).isNotEqualTo(Peeked.INCOMPLETE);
    }

    @Provide
    Arbitrary<byte[]> tails() {
        return Arbitraries.bytes()
                .between((byte) 0, (byte) 40)
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(400)
                .map(bytes -> {
                    bytes[0] = 3;
                    return bytes;
                });
    }
}
