package dev.fairlead.agent.data.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import dev.fairlead.agent.model.token.JwtKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import javax.crypto.Mac;

/**
 * Whether a token is signed by one of its issuer's keys. Nimbus does RSA and EC; HMAC and Ed25519
 * are the JDK's, as Nimbus refuses short secrets that Envoy takes, and wants a library more for the
 * other.
 *
 * <p>Cost: {@code docs/decisions.md}. Source: RFC 7518, RFC 8037; Envoy,
 * source/common/jwt/verify.cc.
 */
final class Signatures {

    private static final int ED25519_LENGTH = 64;

    private Signatures() {}

    static JwtStatus verify(Jwt token, List<JwtKey> keys) {
        if (keys.isEmpty()) {
            return JwtStatus.NO_VALID_KEYS;
        }
        boolean matched = false;
        for (int i = 0; i < keys.size(); i++) {
            JwtKey key = keys.get(i);
            if (!key.mayHaveSigned(token.keyId(), token.algorithm())) {
                continue;
            }
            matched = true;
            if (key.type() == JwtKey.Type.OKP
                    && token.signature().decode().length != ED25519_LENGTH) {
                return JwtStatus.ED25519_WRONG_LENGTH;
            }
            if (key.type().signs(token.algorithm()) && isSigned(token, key)) {
                return JwtStatus.OK;
            }
        }
        return matched ? JwtStatus.VERIFICATION_FAILS : JwtStatus.NO_KEY_MATCHES;
    }

    private static boolean isSigned(Jwt token, JwtKey key) {
        try {
            return switch (key.type()) {
                case RSA ->
                        new RSASSAVerifier((RSAPublicKey) key.key())
                                .verify(head(token), signed(token), token.signature());
                case EC ->
                        new ECDSAVerifier((ECPublicKey) key.key())
                                .verify(head(token), signed(token), token.signature());
                case OCT -> hmac(token, key);
                case OKP -> ed25519(token, (PublicKey) key.key());
            };
        } catch (JOSEException | GeneralSecurityException e) {
            return false; // as an algorithm of another curve, or a signature of another form
        }
    }

    /** Without what the token says of its critical parameters, as in Envoy. */
    private static JWSHeader head(Jwt token) {
        return new JWSHeader(JWSAlgorithm.parse(token.algorithm()));
    }

    private static byte[] signed(Jwt token) {
        return token.signed().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean hmac(Jwt token, JwtKey key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA" + token.algorithm().substring(2));
        mac.init(key.key());
        return MessageDigest.isEqual(mac.doFinal(signed(token)), token.signature().decode());
    }

    private static boolean ed25519(Jwt token, PublicKey key) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(signed(token));
        return verifier.verify(token.signature().decode());
    }
}
