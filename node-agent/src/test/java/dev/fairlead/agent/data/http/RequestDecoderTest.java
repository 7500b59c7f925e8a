package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {

    private static final String TWO_REQUESTS =
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"
                    + "3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n"
                    + "GET /b HTTP/1.1\r\nHost: b\r\n\r\n";

    @Test
    void splittingChangesNothing() {
        assertThat(IntStream.range(0, TWO_REQUESTS.length()))
                .allSatisfy(at -> {
                    Heads.Outcome outcome = Heads.of(TWO_REQUESTS, at);
                    assertThat(outcome.refusals()).containsExactly(Refusal.NONE, Refusal.NONE);
                    assertThat(outcome.bodyFailed()).isFalse();
                });
    }

    /** Any bytes: no exception leaves the decoder, and a refused head is the last. */
    @Test
    void mutatedRequestsNeverThrowAndNothingFollowsAFailure() {
        SplittableRandom random = new SplittableRandom(3);
        String odd = "\r\n\t \0:;#,@%\u007f\u00ff0aGHTP/1.";
        for (int round = 0; round < 4_000; round++) {
            StringBuilder request = new StringBuilder(TWO_REQUESTS);
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                int at = random.nextInt(request.length());
                char c = odd.charAt(random.nextInt(odd.length()));
                switch (random.nextInt(3)) {
                    case 0 -> request.setCharAt(at, c);
                    case 1 -> request.insert(at, c);
                    default -> request.deleteCharAt(at);
                }
            }
            Heads.Outcome outcome = Heads.of(request.toString(), random.nextInt(request.length()));
            int undecodable = 0;
            for (var head : outcome.requests()) {
                undecodable += head.decoderResult().isFailure() ? 1 : 0;
            }
            assertThat(undecodable).as("%s", request).isLessThanOrEqualTo(1);
            if (undecodable == 1) {
                assertThat(outcome.requests().getLast().decoderResult().isFailure()).isTrue();
            }
        }
    }

    @Test
    void randomBytesNeverThrow() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder bytes = new StringBuilder();
            for (int length = random.nextInt(200); length > 0; length--) {
                bytes.append((char) random.nextInt(256));
            }
            Heads.of(bytes.toString(), random.nextInt(201));
        }
    }
}
