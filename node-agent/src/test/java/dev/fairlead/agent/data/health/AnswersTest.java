package dev.fairlead.agent.data.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What endpoints answer to checks, read byte by byte. */
class AnswersTest {

    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    00 00000002 0801,            true
                    00 00000002 0802,            false
                    00 00000002 0800,            false
                    00 00000000,                 false
                    01 00000002 0801,            false
                    00 00000003 0801,            false
                    00 00000002 080101,          false
                    00 00000004 08011001,        true
                    00 00000004 08020801,        true
                    00 00000006 120161 0801 00,  false
                    00 00000005 120161 0801,     true
                    00 00000002 08ff,            false
                    00,                          false
                    '',                          false
                    """)
    void servingIsOneMessageThatSaysSo(String hex, boolean serving) {
        assertThat(HealthMessage.isServing(HEX.parseHex(hex.replace(" ", "")))).isEqualTo(serving);
    }

    @Property
    void nothingThatIsAnsweredBreaksTheReader(@ForAll @Size(max = 40) byte[] bytes) {
        HealthMessage.isServing(bytes);
        byte[] framed = new byte[bytes.length + 5];
        framed[4] = (byte) bytes.length;
        System.arraycopy(bytes, 0, framed, 5, bytes.length);
        HealthMessage.isServing(framed);
    }

    @Test
    void theQuestionNamesItsService() {
        assertThat(HEX.formatHex(new HealthMessage.Request("").framed())).isEqualTo("0000000000");
        assertThat(HEX.formatHex(new HealthMessage.Request("a.B").framed()))
                .isEqualTo("0000000005" + "0a03612e42");
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    PONG,   PONG,           true
                    PONG,   xxPONGxx,       true
                    PONG,   PONPONG,        true
                    PONG,   PON,            false
                    aab,    aaab,           true
                    ab|cd,  ab-cd,          true
                    ab|cd,  cdab,           false
                    ab|cd,  abcabcd,        true
                    abab|b, ababab,         true
                    aa|a,   aa,             false
                    """)
    void piecesComeOneAfterTheOther(String pieces, String bytes, boolean found) {
        for (int split = 0; split <= bytes.length(); split++) {
            var expected = expected(pieces);
            boolean first = found(expected, bytes.substring(0, split));
            boolean second = first || found(expected, bytes.substring(split));
            assertThat(second).as("split at %s", split).isEqualTo(found);
        }
    }

    /** The same as looking for one text after the other. */
    @Property
    void asTextsAreFound(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int count) {
        var random = new java.util.SplittableRandom(seed);
        List<String> pieces =
                java.util.stream.Stream.generate(() -> text(random, 1 + random.nextInt(3)))
                        .limit(count)
                        .toList();
        String bytes = text(random, random.nextInt(12));
        int from = 0;
        boolean all = true;
        for (String piece : pieces) {
            int at = bytes.indexOf(piece, from);
            all &= at >= 0;
            from = at + piece.length();
            if (at < 0) {
                break;
            }
        }
        assertThat(found(expected(String.join("|", pieces)), bytes)).isEqualTo(all);
    }

    private static String text(java.util.SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    private static ExpectedBytes expected(String pieces) {
        return ExpectedBytes.ofHex(
                java.util.Arrays.stream(pieces.split("\\|"))
                        .map(piece -> HEX.formatHex(piece.getBytes(StandardCharsets.US_ASCII)))
                        .toList());
    }

    private static boolean found(ExpectedBytes expected, String bytes) {
        return expected.found(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }
}
