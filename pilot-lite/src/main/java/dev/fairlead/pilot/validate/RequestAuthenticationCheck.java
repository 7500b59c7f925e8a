package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** Checks the spec of a RequestAuthentication. Source: istio.io "RequestAuthentication". */
final class RequestAuthenticationCheck {

    private static final Pattern HEADER = Pattern.compile("[-_A-Za-z0-9]+");

    private RequestAuthenticationCheck() {}

    static void check(Fields spec) {
        Checks.targets(spec);
        spec.list("jwtRules", RequestAuthenticationCheck::rule);
    }

    private static boolean rule(Fields rule) {
        Checks.needed(rule, "issuer");
        Checks.texts(rule, "audiences");
        if (rule.has("jwksUri") && rule.has("jwks")) {
            rule.problem("jwks", "only one of jwksUri, jwks can be given");
        }
        if (rule.has("jwksUri")) {
            uri(rule);
        }
        rule.string("jwks");
        rule.list("fromHeaders", RequestAuthenticationCheck::header);
        Checks.texts(rule, "fromParams");
        Checks.texts(rule, "fromCookies");
        rule.string("outputPayloadToHeader");
        rule.list("outputClaimToHeaders", RequestAuthenticationCheck::claim);
        rule.bool("forwardOriginalToken");
        Checks.texts(rule, "spaceDelimitedClaims");
        Checks.duration(rule, "timeout");
        String presence = rule.string("presence");
        if (!Set.of("", "OPTIONAL", "REQUIRED").contains(presence)) {
            rule.problem("presence", "unknown value " + presence);
        }
        return true;
    }

    private static void uri(Fields rule) {
        String text = rule.string("jwksUri");
        try {
            String scheme = new URI(text).getScheme();
            if (scheme == null || !Set.of("http", "https").contains(Fields.lower(scheme))) {
                rule.problem("jwksUri", "must begin with http:// or https://");
            }
        } catch (URISyntaxException e) {
            rule.problem("jwksUri", "is not a URI");
        }
    }

    private static boolean header(Fields header) {
        Checks.needed(header, "name");
        header.string("prefix");
        return true;
    }

    private static boolean claim(Fields claim) {
        Checks.needed(claim, "claim");
        String header = Checks.needed(claim, "header");
        if (!header.isEmpty() && !HEADER.matcher(header).matches()) {
            claim.problem("header", "\"" + header + "\" is not a header name");
        }
        return true;
    }
}
