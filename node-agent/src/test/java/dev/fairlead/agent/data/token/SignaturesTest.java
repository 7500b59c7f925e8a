package dev.fairlead.agent.data.token;

import static dev.fairlead.agent.data.token.TestTokens.claims;
import static dev.fairlead.agent.data.token.TestTokens.ec;
import static dev.fairlead.agent.data.token.TestTokens.key;
import static dev.fairlead.agent.data.token.TestTokens.rsa;
import static dev.fairlead.agent.data.token.TestTokens.secret;
import static dev.fairlead.agent.data.token.TestTokens.sign;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import dev.fairlead.agent.model.token.JwtKey;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Who has signed a token. */
class SignaturesTest {

    private static JwtStatus verify(String token, JwtKey... keys) {
        return Signatures.verify((Jwt) JwtParser.parse(token), List.of(keys));
    }

    private static void holdsOnlyAsSigned(JWK key, JWSAlgorithm algorithm) {
        String token = sign(key, algorithm, claims("i"));
        assertThat(verify(token, key(key))).as(algorithm.getName()).isEqualTo(JwtStatus.OK);

        String other = sign(key, algorithm, claims("j"));
        String swapped =
                other.substring(0, other.lastIndexOf('.'))
                        + token.substring(token.lastIndexOf('.'));
        assertThat(verify(swapped, key(key)))
                .as(algorithm.getName())
                .isEqualTo(JwtStatus.VERIFICATION_FAILS);
    }

    @Test
    void everyAlgorithm() throws Exception {
        for (JWSAlgorithm algorithm :
                List.of(
                        JWSAlgorithm.RS256,
                        JWSAlgorithm.RS384,
                        JWSAlgorithm.RS512,
                        JWSAlgorithm.PS256,
                        JWSAlgorithm.PS384,
                        JWSAlgorithm.PS512)) {
            holdsOnlyAsSigned(rsa(), algorithm);
        }
        holdsOnlyAsSigned(ec(Curve.P_256), JWSAlgorithm.ES256);
        holdsOnlyAsSigned(ec(Curve.P_384), JWSAlgorithm.ES384);
        holdsOnlyAsSigned(ec(Curve.P_521), JWSAlgorithm.ES512);
        JWK secret = secret();
        holdsOnlyAsSigned(secret, JWSAlgorithm.HS256);
        holdsOnlyAsSigned(secret, JWSAlgorithm.HS384);
        holdsOnlyAsSigned(secret, JWSAlgorithm.HS512);
    }

    @Test
    void ed25519() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        String signed = base64("{\"alg\":\"EdDSA\"}") + "." + base64("{}");
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = signature.sign();
        JwtKey key = new JwtKey("", "", JwtKey.Type.OKP, pair.getPublic());

        assertThat(verify(signed + "." + base64(bytes), key)).isEqualTo(JwtStatus.OK);
        bytes[5] ^= 1;
        assertThat(verify(signed + "." + base64(bytes), key))
                .isEqualTo(JwtStatus.VERIFICATION_FAILS);
        assertThat(verify(signed + ".c2ln", key)).isEqualTo(JwtStatus.ED25519_WRONG_LENGTH);
    }

    @Test
    void aShortSecret() throws Exception {
        var secret = new SecretKeySpec("short".getBytes(StandardCharsets.US_ASCII), "HMAC");
        String signed = base64("{\"alg\":\"HS256\"}") + "." + base64("{}");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(secret);
        String token =
                signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));

        assertThat(verify(token, new JwtKey("", "", JwtKey.Type.OCT, secret)))
                .isEqualTo(JwtStatus.OK);
    }

    /** The public key as a secret: the oldest trick there is. */
    @Test
    void anRsaKeyIsNoSecret() throws Exception {
        byte[] known = rsa().toRSAPublicKey().getEncoded();
        String signed = base64("{\"alg\":\"HS256\",\"kid\":\"rsa\"}") + "." + base64("{}");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(known, "HMAC"));
        String token =
                signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));

        assertThat(verify(token, key(rsa()))).isEqualTo(JwtStatus.VERIFICATION_FAILS);
    }

    @Test
    void theKeyOfThatName() throws Exception {
        JwtKey elliptic = key(ec(Curve.P_256));
        String token = TestTokens.token(claims("i"));
        assertThat(verify(token, elliptic, key(rsa()))).isEqualTo(JwtStatus.OK);
        assertThat(verify(token, elliptic)).isEqualTo(JwtStatus.NO_KEY_MATCHES);
        assertThat(verify(token)).isEqualTo(JwtStatus.NO_VALID_KEYS);
        JwtKey unnamed = new JwtKey("", "", JwtKey.Type.RSA, key(rsa()).key());
        assertThat(verify(token, unnamed)).isEqualTo(JwtStatus.OK);
        JwtKey forAnother = new JwtKey("rsa", "RS512", JwtKey.Type.RSA, key(rsa()).key());
        assertThat(verify(token, forAnother)).isEqualTo(JwtStatus.NO_KEY_MATCHES);
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
