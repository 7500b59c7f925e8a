package dev.fairlead.agent.data.token;

import com.nimbusds.jose.util.Base64URL;
import java.util.List;
import java.util.Map;

/**
 * A token that is well-formed; nothing is said of whether it is true.
 *
 * @param keyId empty: none
 * @param issuer empty: none
 * @param notBefore seconds of the epoch; 0: ever
 * @param expires seconds of the epoch; 0: never
 * @param payload a JSON object: texts, numbers, {@code Boolean}s, lists and maps
 * @param payloadText as it was sent
 * @param signed what the signature is over
 */
record Jwt(
        String algorithm,
        String keyId,
        String issuer,
        List<String> audiences,
        long notBefore,
        long expires,
        Map<String, Object> payload,
        String payloadText,
        String signed,
        Base64URL signature)
        implements JwtParser.Result {

    /** Whether its time has come, and is not over. */
    JwtStatus at(long epochSeconds, long clockSkew) {
        if (epochSeconds + clockSkew < notBefore) {
            return JwtStatus.NOT_YET_VALID;
        }
        boolean over = expires != 0 && epochSeconds - clockSkew > expires;
        return over ? JwtStatus.EXPIRED : JwtStatus.OK;
    }

    @Override
    public String toString() {
        return "token of " + issuer; // never the token itself
    }
}
