package dev.fairlead.agent.data.token;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Tokens that anybody may send: what is one says the same when it is read again. */
public final class TokenFuzz {

    private TokenFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        parse(text);
        parse(token("{\"alg\":\"RS256\"}", text)); // as deep as the claims
        parse(token(text, "{}"));
        String without = Query.without(text, "t");
        if (Query.first(without, "t") != null) {
            throw new AssertionError("a token stayed in " + without);
        }
    }

    private static void parse(String text) {
        if (JwtParser.parse(text) instanceof Jwt token) {
            String signed = token.signed();
            if (!text.startsWith(signed + ".") || !signed.endsWith(token.payloadText())) {
                throw new AssertionError("what is signed is not what was sent");
            }
            if (token.expires() < 0 || token.notBefore() < 0) {
                throw new AssertionError("a time before time");
            }
            for (String claim : List.of("sub", "a", "a.b", "")) {
                String header = Claims.inHeader(token.payload(), claim);
                if (header.indexOf('\n') >= 0 || header.indexOf('\r') >= 0) {
                    throw new AssertionError("a claim ends its line");
                }
            }
            if (Signatures.verify(token, List.of(TestTokens.key())) == JwtStatus.OK) {
                throw new AssertionError("signed by nobody, and taken");
            }
        }
    }

    private static String token(String head, String payload) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString(head.getBytes(StandardCharsets.ISO_8859_1))
                + "."
                + encoder.encodeToString(payload.getBytes(StandardCharsets.ISO_8859_1))
                + ".c2ln";
    }

    public static List<String> seeds() {
        return List.of(
                token(
                        "{\"alg\":\"RS256\",\"kid\":\"rsa\"}",
                        "{\"iss\":\"i\",\"exp\":17e8,\"aud\":[\"a\"],\"a\":{\"b\":1}}"),
                token("{\"alg\":\"HS256\"}", "{}"),
                "{\"iss\":\"i\",\"nbf\":1,\"a\":{\"b\":[\"c\",1.5,true,null]}}",
                "{\"alg\":\"EdDSA\",\"kid\":null}",
                "/p?t=1&x=2&t=%41&t",
                "a.b.c");
    }
}
