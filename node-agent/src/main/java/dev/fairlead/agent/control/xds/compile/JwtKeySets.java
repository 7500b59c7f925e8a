package dev.fairlead.agent.control.xds.compile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.fairlead.agent.model.token.JwtKey;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * JSON Web Key Sets. As in Envoy, a key that is none is left out, and where none is left no token
 * holds: neither is a reason to refuse a listener.
 *
 * <p>Source: RFC 7517, RFC 7518 §6, RFC 8037; Envoy, source/common/jwt/jwks.cc.
 */
final class JwtKeySets {

    private static final int MAX_KEYS = 256; // a token without a key's name is tried with each
    private static final int MAX_RSA_BITS = 8192; // BoringSSL's
    private static final Set<BigInteger> EXPONENTS =
            Set.of(BigInteger.valueOf(3), BigInteger.valueOf(65537));
    private static final Map<String, String> CURVES =
            Map.of("P-256", "ES256", "P-384", "ES384", "P-521", "ES512");
    private static final Set<String> HMACS = Set.of("", "HS256", "HS384", "HS512");
    private static final int ED25519_BYTES = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private JwtKeySets() {}

    static List<JwtKey> compile(String text, At at) throws Refusal {
        JsonNode set;
        try {
            set = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return List.of();
        }
        JsonNode entries = set.path("keys");
        if (entries.isMissingNode()) {
            return certificates(set, at);
        }
        requireFew(entries.size(), at);
        List<JwtKey> keys = new ArrayList<>(entries.size());
        for (JsonNode entry : entries) {
            JwtKey key = key(entry);
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static void requireFew(int count, At at) throws Refusal {
        if (count > MAX_KEYS) {
            throw at.refuse(count + " keys, at most " + MAX_KEYS);
        }
    }

    private static @Nullable JwtKey key(JsonNode entry) {
        String id = entry.path("kid").asText("");
        String algorithm = entry.path("alg").asText("");
        try {
            return switch (JWK.parse(entry.toString())) {
                case RSAKey rsa -> rsa(id, algorithm, rsa.toRSAPublicKey());
                case ECKey ec -> ec(id, algorithm, ec);
                case OctetSequenceKey secret -> secret(id, algorithm, secret.toByteArray());
                case OctetKeyPair pair -> ed25519(id, algorithm, pair);
                default -> null;
            };
        } catch (ParseException
                | JOSEException
                | GeneralSecurityException
                | IllegalArgumentException
                | IllegalStateException e) {
            return null;
        }
    }

    private static @Nullable JwtKey rsa(String id, String algorithm, RSAPublicKey key) {
        boolean usual =
                EXPONENTS.contains(key.getPublicExponent())
                        && key.getModulus().bitLength() <= MAX_RSA_BITS
                        && (algorithm.isEmpty() || JwtKey.Type.RSA.signs(algorithm));
        return usual ? new JwtKey(id, algorithm, JwtKey.Type.RSA, key) : null;
    }

    private static @Nullable JwtKey ec(String id, String algorithm, ECKey key)
            throws JOSEException {
        String ofCurve = CURVES.get(key.getCurve().getName());
        return ofCurve != null && (algorithm.isEmpty() || algorithm.equals(ofCurve))
                ? new JwtKey(id, algorithm, JwtKey.Type.EC, key.toECPublicKey())
                : null;
    }

    private static @Nullable JwtKey secret(String id, String algorithm, byte[] secret) {
        return HMACS.contains(algorithm) && secret.length > 0
                ? new JwtKey(id, algorithm, JwtKey.Type.OCT, new SecretKeySpec(secret, "HMAC"))
                : null;
    }

    private static @Nullable JwtKey ed25519(String id, String algorithm, OctetKeyPair pair)
            throws GeneralSecurityException {
        byte[] x = pair.getX().decode();
        boolean usual =
                pair.getCurve().getName().equals("Ed25519")
                        && x.length == ED25519_BYTES
                        && (algorithm.isEmpty() || algorithm.equals("EdDSA"));
        return usual ? new JwtKey(id, algorithm, JwtKey.Type.OKP, ed25519(x)) : null;
    }

    /** Little-endian, the sign of x in its highest bit: RFC 8032 §5.1.2. */
    private static PublicKey ed25519(byte[] encoded) throws GeneralSecurityException {
        byte[] y = new byte[ED25519_BYTES];
        for (int i = 0; i < ED25519_BYTES; i++) {
            y[i] = encoded[ED25519_BYTES - 1 - i];
        }
        boolean odd = (y[0] & 0x80) != 0;
        y[0] &= 0x7f;
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(
                        new EdECPublicKeySpec(
                                NamedParameterSpec.ED25519,
                                new EdECPoint(odd, new BigInteger(1, y))));
    }

    /** Certificates of RSA keys by their keys' names: one that is none, and there are no keys. */
    private static List<JwtKey> certificates(JsonNode set, At at) throws Refusal {
        requireFew(set.size(), at);
        List<JwtKey> keys = new ArrayList<>(set.size());
        for (Map.Entry<String, JsonNode> entry : set.properties()) {
            try {
                var certificate =
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream(
                                                entry.getValue()
                                                        .asText("")
                                                        .getBytes(StandardCharsets.UTF_8)));
                if (!(certificate.getPublicKey() instanceof RSAPublicKey key)) {
                    return List.of();
                }
                keys.add(new JwtKey(entry.getKey(), "", JwtKey.Type.RSA, key));
            } catch (GeneralSecurityException e) {
                return List.of();
            }
        }
        return keys;
    }
}
