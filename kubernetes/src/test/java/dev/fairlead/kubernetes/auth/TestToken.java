package dev.fairlead.kubernetes.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Base64;

/** Tokens of the right shape that no API server has signed. */
final class TestToken {

    static final String AGENT = "system:serviceaccount:fairlead-system:fairlead-agent";
    static final String PILOT = "system:serviceaccount:fairlead-system:fairlead-pilot";

    private TestToken() {}

    static String of(String subject, String audience, Instant expires, String id) {
        return raw(
                "{\"sub\":\"%s\",\"aud\":[\"%s\"],\"exp\":%d,\"jti\":\"%s\"}"
                        .formatted(subject, audience, expires.getEpochSecond(), id));
    }

    static String raw(String claims) {
        return base64("{\"alg\":\"RS256\"}") + "." + base64(claims) + "." + base64("signature");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
