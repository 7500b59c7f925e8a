package dev.fairlead.pilot.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySetTextTest {

    @Test
    void privateHalvesStayHere() {
        assertThat(
                        KeySetText.of(
                                """
                                {"keys": [
                                  {"kty": "RSA", "kid": "1", "n": "N", "e": "AQAB", "d": "SECRET", "p": "SECRET"},
                                  {"kty": "EC", "crv": "P-256", "x": "X", "y": "Y", "d": "SECRET", "k": "SECRET"},
                                  {"kty": "oct", "alg": "HS256", "k": "shared", "x5c": ["C"]}],
                                 "more": 1}
                                """))
                .isEqualTo(
                        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"1\",\"n\":\"N\",\"e\":\"AQAB\"},"
                                + "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"X\",\"y\":\"Y\"},"
                                + "{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"shared\"}]}");
    }

    @Test
    void certificatesByTheirNames() {
        String text = "{\"a\":\"-----BEGIN CERTIFICATE-----\\nAA\\n-----END CERTIFICATE-----\\n\"}";
        assertThat(KeySetText.of(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x|is no JSON",
                "[]|has no keys",
                "{}|has no keys",
                "1|has no keys",
                "{\"keys\":{}}|has no keys",
                "{\"keys\":[]}|has no keys",
                "{\"keys\":[{\"kty\":\"RSA\"},{\"kty\":\"x\"}]}|has no key that tokens are verified by",
                "{\"keys\":[1]}|has a key without a type (kty)",
                "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\"}|has no keys",
            })
    void whatIsNone(String text, String reason) {
        assertThatThrownBy(() -> KeySetText.of(text)).hasMessage(reason);
    }
}
