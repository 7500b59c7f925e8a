package dev.fairlead.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Whose tokens are taken, and the tokens that Istio's suites use, by what they claim. */
final class Signer {

    static final String ISSUER_1 = "test-issuer-1@istio.io";
    static final String ISSUER_2 = "test-issuer-2@istio.io";

    private static final long IN_TIME = Call.NOW + 3600;
    private static final OctetSequenceKey KEY =
            new OctetSequenceKey.Builder(
                            "thirty-two bytes that sign tokens".getBytes(StandardCharsets.US_ASCII))
                    .keyID("one")
                    .build();

    private Signer() {}

    /** As {@code jwks} has it. */
    static String keys() {
        return "{\"keys\":[" + KEY.toJSONString() + "]}";
    }

    /** By the words that tables have for it; empty: none. */
    static String token(String name) {
        return switch (name) {
            case "" -> "";
            case "garbled" -> "not.a.token";
            case "1" ->
                    token(
                            ISSUER_1,
                            "sub-1",
                            Map.of("groups", List.of("group-1"), "iat", 1562182722));
            case "1-aud" -> token(ISSUER_1, "sub-1", Map.of("aud", "foo"));
            case "1-auds" -> token(ISSUER_1, "sub-1", Map.of("aud", List.of("foo", "buzz")));
            case "1-nested-1" ->
                    token(
                            ISSUER_1,
                            "sub-1",
                            Map.of(
                                    "nested",
                                    Map.of(
                                            "key1", List.of("valueA", "valueB"),
                                            "nested-2",
                                                    Map.of("key1", List.of("valueA", "valueB")))));
            case "1-nested-2" ->
                    token(
                            ISSUER_1,
                            "sub-1",
                            Map.of(
                                    "iat",
                                    1604008018,
                                    "nested",
                                    Map.of(
                                            "key2",
                                            "valueC",
                                            "nested-2",
                                            Map.of("key2", "valueC"))));
            case "2" -> token(ISSUER_2, "sub-2", Map.of("groups", List.of("group-2")));
            case "2-permission" -> token(ISSUER_2, "sub-2", Map.of("permission", "read write"));
            case "2-scope" -> token(ISSUER_2, "sub-2", Map.of("scope", "write read"));
            case "2-custom" -> token(ISSUER_2, "sub-2", Map.of("custom_scope", "admin user"));
            case "expired" -> token(ISSUER_1, "sub-1", Map.of("exp", 1562182856));
            default -> throw new IllegalArgumentException(name);
        };
    }

    static String token(String issuer, String subject, Map<String, Object> more) {
        Map<String, Object> claims = new TreeMap<>(more);
        claims.putIfAbsent("exp", IN_TIME);
        claims.put("iss", issuer);
        claims.put("sub", subject);
        JWSObject token =
                new JWSObject(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY.getKeyID()).build(),
                        new Payload(claims));
        try {
            token.sign(new MACSigner(KEY));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    /** What {@code outputPayloadToHeader} says of a token. */
    static String payload(String token) {
        return token.split("\\.")[1];
    }
}
