package dev.fairlead.agent.data.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a token, and what is wrong with what is none. */
class JwtParserTest {

    private static final String HEAD = "{\"alg\":\"RS256\",\"kid\":\"k\"}";

    private static String token(String head, String payload) {
        return base64(head) + "." + base64(payload) + ".c2ln";
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JwtStatus status(String token) {
        return switch (JwtParser.parse(token)) {
            case JwtParser.Malformed(JwtStatus status) -> status;
            case Jwt _ -> JwtStatus.OK;
        };
    }

    @Test
    void allOfAToken() {
        String payload =
                "{\"iss\":\"i\",\"aud\":[\"a\",\"b\"],\"nbf\":1.9,\"exp\":1e3,\"x\":{\"y\":[true]}}";
        Jwt token = (Jwt) JwtParser.parse(token(HEAD, payload));

        assertThat(token.algorithm()).isEqualTo("RS256");
        assertThat(token.keyId()).isEqualTo("k");
        assertThat(token.issuer()).isEqualTo("i");
        assertThat(token.audiences()).containsExactly("a", "b");
        assertThat(token.notBefore()).isEqualTo(1);
        assertThat(token.expires()).isEqualTo(1000);
        assertThat(token.payload().get("x")).hasToString("{y=[true]}");
        assertThat(token.payloadText()).isEqualTo(base64(payload));
        assertThat(token.signature()).hasToString("c2ln");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a", "a.b", "a.b.", ".b.c", "a..c", "a.b.c.d", "a.b.c."})
    void noThreeSections(String token) {
        assertThat(status(token)).isEqualTo(JwtStatus.BAD_FORMAT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|HEADER_BAD_JSON",
                "null|HEADER_BAD_JSON",
                "{|HEADER_BAD_JSON",
                "{} {}|HEADER_BAD_JSON",
                "{\"alg\":\"RS256\",\"alg\":\"HS256\"}|HEADER_BAD_JSON",
                "{}|HEADER_BAD_ALG",
                "{\"alg\":1}|HEADER_BAD_ALG",
                "{\"alg\":\"none\"}|HEADER_UNKNOWN_ALG",
                "{\"alg\":\"rs256\"}|HEADER_UNKNOWN_ALG",
                "{\"alg\":\"RS256\",\"kid\":1}|HEADER_BAD_KID",
                "{\"alg\":\"RS256\",\"kid\":null}|HEADER_BAD_KID",
                "{\"alg\":\"EdDSA\"}|OK",
            })
    void heads(String head, JwtStatus expected) {
        assertThat(status(token(head, "{}"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|PAYLOAD_BAD_JSON",
                "{\"a\":NaN}|PAYLOAD_BAD_JSON",
                "{\"iss\":1}|ISS_NO_STRING",
                "{\"iss\":null}|ISS_NO_STRING",
                "{\"sub\":[]}|SUB_NO_STRING",
                "{\"iat\":\"1\"}|IAT_NO_INTEGER",
                "{\"iat\":-1}|IAT_OUT_OF_RANGE",
                "{\"nbf\":\"1\"}|NBF_NO_INTEGER",
                "{\"nbf\":1e40}|NBF_OUT_OF_RANGE",
                "{\"exp\":null}|EXP_NO_INTEGER",
                "{\"exp\":-0.1}|EXP_OUT_OF_RANGE",
                "{\"jti\":1}|JTI_NO_STRING",
                "{\"aud\":1}|AUD_NO_STRING",
                "{\"aud\":null}|AUD_NO_STRING",
                "{\"aud\":[\"a\",1]}|AUD_NO_STRING",
                "{}|OK",
                "{\"exp\":9007199254740993}|OK",
            })
    void payloads(String payload, JwtStatus expected) {
        assertThat(status(token(HEAD, payload))).isEqualTo(expected);
    }

    @Test
    void whatIsNoBase64OrNoUtf8() {
        String head = base64(HEAD);
        String bytes = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[] {-1});
        assertThat(status("*." + base64("{}") + ".c2ln")).isEqualTo(JwtStatus.HEADER_BAD_BASE64);
        assertThat(status(head + ".+.c2ln")).isEqualTo(JwtStatus.PAYLOAD_BAD_BASE64);
        assertThat(status(head + "." + base64("{}") + ".c"))
                .isEqualTo(JwtStatus.SIGNATURE_BAD_BASE64);
        assertThat(status(bytes + "." + base64("{}") + ".c2ln"))
                .isEqualTo(JwtStatus.HEADER_BAD_JSON);
        assertThat(status(head + "." + bytes + ".c2ln")).isEqualTo(JwtStatus.PAYLOAD_BAD_JSON);
    }

    /** Envoy's library passes over them. */
    @Test
    void blanks() {
        String token = token(HEAD, "{}");
        assertThat(status(token.replace(".", " . "))).isEqualTo(JwtStatus.OK);
        assertThat(status("word " + token)).isEqualTo(JwtStatus.HEADER_BAD_JSON);
    }

    @Test
    void nestedTooDeep() {
        String deep = "{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}";
        assertThat(status(token(HEAD, deep))).isEqualTo(JwtStatus.PAYLOAD_BAD_JSON);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 5, OK",
        "0, 10, 0, 10, OK",
        "0, 10, 0, 11, EXPIRED",
        "0, 10, 60, 70, OK",
        "0, 10, 60, 71, EXPIRED",
        "10, 0, 0, 9, NOT_YET_VALID",
        "10, 0, 0, 10, OK",
        "10, 0, 60, 0, OK",
        "100, 0, 60, 39, NOT_YET_VALID",
        "0, 9223372036854774784, 60, 9000, OK",
    })
    void timesOfTokens(long notBefore, long expires, long skew, long now, JwtStatus expected) {
        Jwt token =
                (Jwt)
                        JwtParser.parse(
                                token(
                                        HEAD,
                                        "{\"nbf\":%d,\"exp\":%d}".formatted(notBefore, expires)));
        assertThat(token.at(now, skew)).isEqualTo(expected);
    }
}
