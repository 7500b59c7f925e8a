package dev.fairlead.agent.data.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.detect.HttpSniffer.Verdict;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpSnifferTest {

    private static final int MAX = 64;

    private static Verdict sniff(String bytes) {
        return HttpSniffer.sniff(
                Unpooled.wrappedBuffer(bytes.getBytes(StandardCharsets.ISO_8859_1)), MAX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP_1_1    | GET / HTTP/1.1\\r\\n",
                "HTTP_1_1    | GET / HTTP/1.1\\n",
                "HTTP_1_1    | BREW /pot HTTP/1.1\\r\\nHost: a",
                "HTTP_1_0    | GET / HTTP/1.0\\r\\n",
                "HTTP_2      | PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n",
                "MORE_NEEDED | PRI * HTTP/2.0\\r\\n\\r\\nSM",
                "MORE_NEEDED | P",
                "MORE_NEEDED | GET",
                "MORE_NEEDED | GET /",
                "MORE_NEEDED | GET / HTTP/1.1",
                "MORE_NEEDED | PROPFIND",
                "OTHER       | GET / HTTP/1.9\\r\\n",
                "OTHER       | GET /\\r\\n",
                "OTHER       | EHLO mail.example\\r\\n",
                "OTHER       | SSH-2.0-x\\r\\n",
                "OTHER       | \\000\\000\\000",
                "OTHER       | \\r\\n",
                "OTHER       | AMQP\\000\\000\\011\\001",
                "OTHER       | {\\\"json\\\":1}",
                "OTHER       | ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH",
            })
    void firstBytesSay(Verdict verdict, String bytes) {
        assertThat(sniff(bytes.translateEscapes())).isEqualTo(verdict);
    }

    @Test
    void nothingSaysNothing() {
        assertThat(sniff("")).isEqualTo(Verdict.MORE_NEEDED);
    }

    @Test
    void aLineWithoutEndIsNotFollowedForEver() {
        assertThat(sniff("GET /" + "a".repeat(MAX))).isEqualTo(Verdict.OTHER);
    }

    /** More bytes never change a verdict once given; and no bytes make it throw. */
    @Test
    void verdictsAreFinal() {
        SplittableRandom random = new SplittableRandom(5);
        String alphabet = "GET / HTP1.02\r\n\u00ffPRI*SM";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder bytes = new StringBuilder();
            Verdict before = Verdict.MORE_NEEDED;
            for (int length = random.nextInt(40); length > 0; length--) {
                bytes.append(alphabet.charAt(random.nextInt(alphabet.length())));
                Verdict now = sniff(bytes.toString());
                if (before != Verdict.MORE_NEEDED) {
                    assertThat(now).as("%s", bytes).isEqualTo(before);
                }
                before = now;
            }
        }
    }
}
