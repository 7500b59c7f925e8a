package dev.fairlead.agent.data.authz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Whatever an authorizer sends is a verdict, and no header of it breaks a head. */
class CheckResponseTest {

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String field(int number, String content) {
        return "" + (char) (number << 3 | 2) + (char) content.length() + content;
    }

    private static Verdict ok(String name, String value) {
        String option = field(2, field(1, field(1, name) + field(2, value)));
        return CheckResponse.read(framed(text(field(3, option))));
    }

    @Property(tries = 5000)
    void anyBytesAreAVerdict(@ForAll byte[] bytes) {
        assertThat(CheckResponse.read(framed(bytes))).isNotNull();
        assertThat(CheckResponse.read(bytes)).isNotNull();
    }

    @Test
    void nothingSaidIsAYes() {
        assertThat(CheckResponse.read(framed(new byte[0]))).isInstanceOf(Verdict.Allowed.class);
    }

    @Test
    void aValueThatEndsALineIsNoAnswer() {
        assertThat(ok("x", "a\r\nSet-Cookie: b")).isInstanceOf(Verdict.Failed.class);
    }

    @Test
    void namesThatFrameAMessageOrAreNoneAreLeftOut() {
        for (String name : new String[] {"content-length", "Host", ":path", "a b", ""}) {
            assertThat(ok(name, "x"))
                    .isInstanceOfSatisfying(
                            Verdict.Allowed.class,
                            allowed -> assertThat(allowed.set()).as(name).isEmpty());
        }
    }
}
