package dev.fairlead.agent.data.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.nimbusds.jose.util.Base64URL;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokens, which anybody may send: what is wrong is said as Envoy says it. Cost: that of its
 * length.
 *
 * <p>Source: RFC 7519; Envoy, source/common/jwt/jwt.cc. Empty sections are refused, as its
 * forerunner did.
 */
final class JwtParser {

    private static final Set<String> ALGORITHMS =
            Set.of(
                    "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                    "PS256", "PS384", "PS512", "EdDSA");

    private static final int MAX_DEPTH = 100; // protobuf's, of what JSON it reads
    private static final double MAX_SECONDS = 0x1p63; // later than any time that is reckoned with

    private static final ObjectReader JSON =
            new ObjectMapper(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readerForMapOf(Object.class);

    private JwtParser() {}

    /** A token, or what is wrong. */
    sealed interface Result permits Jwt, Malformed {}

    record Malformed(JwtStatus status) implements Result {}

    static Result parse(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first <= 0
                || second <= first + 1
                || second == token.length() - 1
                || token.indexOf('.', second + 1) >= 0) {
            return new Malformed(JwtStatus.BAD_FORMAT);
        }
        byte[] head = decoded(token.substring(0, first));
        if (head == null) {
            return new Malformed(JwtStatus.HEADER_BAD_BASE64);
        }
        Map<String, Object> header = object(head);
        if (header == null) {
            return new Malformed(JwtStatus.HEADER_BAD_JSON);
        }
        if (!(header.get("alg") instanceof String algorithm)) {
            return new Malformed(JwtStatus.HEADER_BAD_ALG);
        }
        if (!ALGORITHMS.contains(algorithm)) {
            return new Malformed(JwtStatus.HEADER_UNKNOWN_ALG);
        }
        Object keyId = header.getOrDefault("kid", "");
        if (!(keyId instanceof String kid)) {
            return new Malformed(JwtStatus.HEADER_BAD_KID);
        }
        String payloadText = token.substring(first + 1, second);
        byte[] claims = decoded(payloadText);
        if (claims == null) {
            return new Malformed(JwtStatus.PAYLOAD_BAD_BASE64);
        }
        Map<String, Object> payload = object(claims);
        if (payload == null) {
            return new Malformed(JwtStatus.PAYLOAD_BAD_JSON);
        }
        JwtStatus wrong = wrong(payload);
        List<String> audiences =
                payload.containsKey("aud") ? audiences(payload.get("aud")) : List.of();
        if (wrong != JwtStatus.OK) {
            return new Malformed(wrong);
        }
        if (audiences == null) {
            return new Malformed(JwtStatus.AUD_NO_STRING);
        }
        String signature = token.substring(second + 1);
        if (decoded(signature) == null) {
            return new Malformed(JwtStatus.SIGNATURE_BAD_BASE64);
        }
        return new Jwt(
                algorithm,
                kid,
                payload.get("iss") instanceof String issuer ? issuer : "",
                audiences,
                seconds(payload.get("nbf")),
                seconds(payload.get("exp")),
                payload,
                payloadText,
                token.substring(0, second),
                new Base64URL(signature));
    }

    /** As Envoy's library, which passes over blanks. */
    private static byte @Nullable [] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text.replace(" ", "").replace("\t", ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Map<String, Object> object(byte[] json) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
            return JSON.readValue(text);
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }

    /** The first claim, in Envoy's order, that is not what it must be. */
    private static JwtStatus wrong(Map<String, Object> payload) {
        if (!isText(payload, "iss")) {
            return JwtStatus.ISS_NO_STRING;
        }
        if (!isText(payload, "sub")) {
            return JwtStatus.SUB_NO_STRING;
        }
        JwtStatus time = time(payload, "iat", JwtStatus.IAT_NO_INTEGER, JwtStatus.IAT_OUT_OF_RANGE);
        if (time == JwtStatus.OK) {
            time = time(payload, "nbf", JwtStatus.NBF_NO_INTEGER, JwtStatus.NBF_OUT_OF_RANGE);
        }
        if (time == JwtStatus.OK) {
            time = time(payload, "exp", JwtStatus.EXP_NO_INTEGER, JwtStatus.EXP_OUT_OF_RANGE);
        }
        if (time != JwtStatus.OK) {
            return time;
        }
        return isText(payload, "jti") ? JwtStatus.OK : JwtStatus.JTI_NO_STRING;
    }

    private static boolean isText(Map<String, Object> payload, String claim) {
        return payload.get(claim) instanceof String || !payload.containsKey(claim);
    }

    private static JwtStatus time(
            Map<String, Object> payload, String claim, JwtStatus noNumber, JwtStatus outOfRange) {
        Object value = payload.get(claim);
        if (value == null && !payload.containsKey(claim)) {
            return JwtStatus.OK;
        }
        if (!(value instanceof Number number)) {
            return noNumber;
        }
        double seconds = number.doubleValue();
        return seconds >= 0 && seconds < MAX_SECONDS ? JwtStatus.OK : outOfRange;
    }

    private static long seconds(@Nullable Object value) {
        return value instanceof Number number ? (long) number.doubleValue() : 0;
    }

    /** Null: neither a text nor a list of texts. */
    private static @Nullable List<String> audiences(@Nullable Object value) {
        return switch (value) {
            case String one -> List.of(one);
            case List<?> several -> {
                List<String> texts = new ArrayList<>(several.size());
                for (Object each : several) {
                    if (!(each instanceof String text)) {
                        yield null;
                    }
                    texts.add(text);
                }
                yield texts;
            }
            case null, default -> null;
        };
    }
}
