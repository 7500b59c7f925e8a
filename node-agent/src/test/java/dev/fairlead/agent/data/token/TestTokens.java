package dev.fairlead.agent.data.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.fairlead.agent.model.token.Audiences;
import dev.fairlead.agent.model.token.JwtKey;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtProvider.ClaimHeader;
import dev.fairlead.agent.model.token.TokenPlaces;
import dev.fairlead.agent.model.token.TokenPlaces.InHeader;
import dev.fairlead.agent.model.token.TokenPlaces.Issuers;
import dev.fairlead.agent.model.token.TokenPlaces.Named;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An issuer that signs what a test asks for, and the providers that know it. */
public final class TestTokens {

    /** What a test says of the time. */
    public static final long NOW = 1_700_000_000;

    private static final RSAKey RSA = rsa("rsa");
    private static final RSAKey STRANGER = rsa("rsa"); // another key of the same name

    private TestTokens() {}

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static ECKey ec(Curve curve) throws JOSEException {
        return new ECKeyGenerator(curve).keyID(curve.getName()).generate();
    }

    static OctetSequenceKey secret() throws JOSEException {
        return new OctetSequenceKeyGenerator(512).keyID("secret").generate();
    }

    static RSAKey rsa() {
        return RSA;
    }

    /** Public keys as they are served. */
    public static String keySet() {
        return new JWKSet(RSA.toPublicJWK()).toString();
    }

    public static JwtKey key() {
        return key(RSA);
    }

    static JwtKey key(JWK jwk) {
        try {
            return switch (jwk) {
                case RSAKey rsa ->
                        new JwtKey(jwk.getKeyID(), "", JwtKey.Type.RSA, rsa.toRSAPublicKey());
                case ECKey ec -> new JwtKey(jwk.getKeyID(), "", JwtKey.Type.EC, ec.toECPublicKey());
                case OctetSequenceKey secret ->
                        new JwtKey(jwk.getKeyID(), "", JwtKey.Type.OCT, secret.toSecretKey());
                default -> throw new IllegalArgumentException(jwk.getKeyType().toString());
            };
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signed by the issuer's key. */
    public static String token(Map<String, Object> claims) {
        return sign(RSA, JWSAlgorithm.RS256, claims);
    }

    /** Signed by somebody else's key. */
    public static String forged(Map<String, Object> claims) {
        return sign(STRANGER, JWSAlgorithm.RS256, claims);
    }

    static String sign(JWK key, JWSAlgorithm algorithm, Map<String, Object> claims) {
        try {
            JWSSigner signer =
                    switch (key) {
                        case RSAKey rsa -> new RSASSASigner(rsa);
                        case ECKey ec -> new ECDSASigner(ec);
                        case OctetSequenceKey secret -> new MACSigner(secret);
                        default -> throw new IllegalArgumentException(key.toString());
                    };
            JWSObject object =
                    new JWSObject(
                            new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(),
                            new Payload(claims));
            object.sign(signer);
            return object.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of an issuer, valid for an hour. */
    public static Map<String, Object> claims(String issuer, Object... more) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer);
        claims.put("sub", "user");
        claims.put("exp", NOW + 3600);
        for (int i = 0; i < more.length; i += 2) {
            claims.put((String) more[i], more[i + 1]);
        }
        return claims;
    }

    /** A provider; what a test does not say is the ordinary. */
    public static final class Provider {

        private final String issuer;
        private final List<InHeader> headers = new ArrayList<>();
        private final List<Named> parameters = new ArrayList<>();
        private final List<Named> cookies = new ArrayList<>();
        private final List<ClaimHeader> claimHeaders = new ArrayList<>();
        private List<JwtKey> keys = List.of(TestTokens.key());
        private List<String> audiences = List.of();
        private List<String> spaceDelimited = List.of();
        private boolean forward;
        private boolean pad;
        private String payloadHeader = "";
        private long skew;

        public Provider(String issuer) {
            this.issuer = issuer;
        }

        Provider fromHeader(String name, String prefix) {
            headers.add(new InHeader(name, prefix, issuers()));
            return this;
        }

        Provider fromParameter(String name) {
            parameters.add(new Named(name, issuers()));
            return this;
        }

        Provider fromCookie(String name) {
            cookies.add(new Named(name, issuers()));
            return this;
        }

        Provider claimHeader(String header, String claim) {
            claimHeaders.add(new ClaimHeader(header, claim));
            return this;
        }

        Provider keys(JwtKey... now) {
            keys = Arrays.asList(now);
            return this;
        }

        Provider audiences(String... now) {
            audiences = Arrays.asList(now);
            return this;
        }

        Provider spaceDelimited(String... now) {
            spaceDelimited = Arrays.asList(now);
            return this;
        }

        public Provider forwarding() {
            forward = true;
            return this;
        }

        public Provider payloadHeader(String name, boolean padded) {
            payloadHeader = name;
            pad = padded;
            return this;
        }

        Provider skew(long seconds) {
            skew = seconds;
            return this;
        }

        private Issuers issuers() {
            return new Issuers(issuer.isEmpty(), issuer.isEmpty() ? Set.of() : Set.of(issuer));
        }

        public JwtProvider build() {
            if (headers.isEmpty() && parameters.isEmpty() && cookies.isEmpty()) {
                fromHeader("authorization", "Bearer ").fromParameter("access_token");
            }
            List<String> setByUs = new ArrayList<>();
            if (!payloadHeader.isEmpty()) {
                setByUs.add(payloadHeader);
            }
            claimHeaders.forEach(claim -> setByUs.add(claim.header()));
            return new JwtProvider(
                    issuer,
                    issuer,
                    Audiences.of(audiences),
                    keys,
                    new TokenPlaces(headers, parameters, cookies, setByUs),
                    forward,
                    payloadHeader,
                    pad,
                    claimHeaders,
                    true,
                    spaceDelimited,
                    skew);
        }
    }
}
