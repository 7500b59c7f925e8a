package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusLineTest {

    @ParameterizedTest
    @CsvSource({
        "200, 200 OK",
        "404, 404 Not Found",
        "203, 203 Non-Authoritative Information",
        "418, 418 Unknown",
        "555, 555 Unknown",
        "299, 299 Unknown"
    })
    void answersOfOursSayEnvoysWords(int code, String line) {
        assertThat(StatusLine.of(code)).hasToString(line);
        assertThat(ResponseFraming.reply(Unpooled.EMPTY_BUFFER, code, false, true).status())
                .hasToString(line);
    }
}
