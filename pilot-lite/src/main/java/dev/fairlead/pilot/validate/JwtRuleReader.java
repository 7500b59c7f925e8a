package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import dev.fairlead.pilot.keys.KeySetText;
import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.JwtRule.ClaimHeader;
import dev.fairlead.pilot.state.JwtRule.FromHeader;
import dev.fairlead.pilot.state.JwtRule.Keys;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads whose tokens are taken: rules of RequestAuthentication, and Jwt of old policies. */
final class JwtRuleReader {

    private static final Duration TIMEOUT = Duration.ofSeconds(5); // Istio's
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(30);
    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final Pattern HEADER = Pattern.compile("[-_A-Za-z0-9]+");
    private static final Keys NO_KEYS = new Keys.Inline("");

    /** In the place of one that could not be read. */
    static final JwtRule NOBODY =
            new JwtRule(
                    "",
                    List.of(),
                    NO_KEYS,
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    "",
                    List.of(),
                    List.of());

    /** Who sets them breaks messages; an agent refuses them, too. */
    private static final Set<String> FRAMING =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private JwtRuleReader() {}

    static JwtRule read(Fields rule) {
        String issuer = rule.string("issuer");
        if (issuer.isEmpty() && !rule.has("jwksUri")) {
            rule.problem("issuer", "is needed, or jwksUri");
        }
        List<String> audiences = Checks.texts(rule, "audiences");
        Keys keys = keys(rule, issuer);
        List<FromHeader> fromHeaders = rule.list("fromHeaders", JwtRuleReader::fromHeader);
        List<String> fromParams = Checks.texts(rule, "fromParams");
        List<String> fromCookies = Checks.texts(rule, "fromCookies");
        String payloadHeader = rule.string("outputPayloadToHeader");
        if (!payloadHeader.isEmpty()) {
            settable(rule, "outputPayloadToHeader", payloadHeader);
        }
        List<ClaimHeader> claimHeaders = rule.list("outputClaimToHeaders", JwtRuleReader::claim);
        boolean forward = rule.bool("forwardOriginalToken");
        List<String> spaceDelimited = Checks.texts(rule, "spaceDelimitedClaims");
        String presence = rule.string("presence");
        if (presence.equals("REQUIRED")) {
            rule.problem("presence", presence + ": " + Problem.NOT_SUPPORTED);
        } else if (!Set.of("", "OPTIONAL").contains(presence)) {
            rule.problem("presence", "unknown value " + presence);
        }
        return new JwtRule(
                issuer,
                audiences,
                keys,
                fromHeaders,
                fromParams,
                fromCookies,
                forward,
                payloadHeader,
                claimHeaders,
                spaceDelimited);
    }

    /** As policies of the time have it: the application sees the token. */
    static JwtRule old(Fields jwt) {
        String issuer = Checks.needed(jwt, "issuer");
        List<String> audiences = Checks.texts(jwt, "audiences");
        Keys keys = keys(jwt, issuer);
        List<FromHeader> headers =
                Checks.texts(jwt, "jwtHeaders").stream()
                        .map(name -> new FromHeader(name, ""))
                        .toList();
        for (int i = 0; i < headers.size(); i++) {
            requireName(jwt, "jwtHeaders[" + i + "]", headers.get(i).name());
        }
        List<String> params = Checks.texts(jwt, "jwtParams");
        return new JwtRule(
                issuer, audiences, keys, headers, params, List.of(), true, "", List.of(),
                List.of());
    }

    private static Keys keys(Fields rule, String issuer) {
        String uri = rule.string("jwksUri");
        String inline = rule.string("jwks");
        Duration timeout = Durations.read(rule, "timeout", 1);
        if (timeout == null) {
            timeout = TIMEOUT;
        } else if (timeout.compareTo(MAX_TIMEOUT) > 0) {
            rule.problem("timeout", "more than " + MAX_TIMEOUT.toSeconds() + "s");
        }
        if (!uri.isEmpty() && !inline.isEmpty()) {
            rule.problem("jwks", "only one of jwksUri, jwks can be given");
        }
        if (!uri.isEmpty()) {
            String wrong = wrong(uri);
            if (wrong != null) {
                rule.problem("jwksUri", wrong);
            }
            return new Keys.Remote(uri, false, timeout);
        }
        if (!inline.isEmpty()) {
            try {
                return new Keys.Inline(KeySetText.of(inline));
            } catch (IllegalArgumentException e) {
                rule.problem("jwks", String.valueOf(e.getMessage()));
                return NO_KEYS;
            }
        }
        if (issuer.isEmpty()) {
            return NO_KEYS; // said already
        }
        String address =
                (issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
                        + DISCOVERY;
        if (wrong(address) != null) {
            rule.problem("jwksUri", "is needed, or jwks: the issuer is no address to find keys by");
        }
        return new Keys.Remote(address, true, timeout);
    }

    /** Null: nothing. */
    private static @Nullable String wrong(String text) {
        try {
            URI uri = new URI(text);
            if (uri.getScheme() == null
                    || !Set.of("http", "https").contains(Fields.lower(uri.getScheme()))) {
                return "must begin with http:// or https://";
            }
            if (uri.getHost() == null) {
                return "has no host";
            }
            return uri.getRawUserInfo() == null ? null : "has a user in it";
        } catch (URISyntaxException e) {
            return "is not a URI";
        }
    }

    private static FromHeader fromHeader(Fields header) {
        String name = Checks.needed(header, "name");
        if (!name.isEmpty()) {
            requireName(header, "name", name);
        }
        return new FromHeader(name, header.string("prefix"));
    }

    private static ClaimHeader claim(Fields claim) {
        String name = Checks.needed(claim, "claim");
        String header = Checks.needed(claim, "header");
        if (!header.isEmpty()) {
            settable(claim, "header", header);
        }
        return new ClaimHeader(header, name);
    }

    private static void settable(Fields fields, String field, String header) {
        if (requireName(fields, field, header) && FRAMING.contains(Fields.lower(header))) {
            fields.problem(field, header + " says where a message ends, or concerns one hop");
        }
    }

    private static boolean requireName(Fields fields, String field, String header) {
        boolean name = HEADER.matcher(header).matches();
        if (!name) {
            fields.problem(field, "\"" + header + "\" is not a header name");
        }
        return name;
    }
}
