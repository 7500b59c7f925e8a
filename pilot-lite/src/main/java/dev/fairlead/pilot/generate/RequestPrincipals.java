package dev.fairlead.pilot.generate;

import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/**
 * Writes {@code issuer/subject} as two claims. An issuer may have slashes of its own, a subject has
 * none. {@code *} may stand at one end; a value without a slash has an issuer only.
 *
 * <p>Source: istio.io "Authorization Policy", requestPrincipals.
 */
final class RequestPrincipals {

    private static final StringMatcher SOMETHING = Matchers.string("*");

    private RequestPrincipals() {}

    static Principal of(String value) {
        int slash = value.lastIndexOf('/');
        String issuer = slash < 0 ? value : value.substring(0, slash);
        String subject = slash < 0 ? "" : value.substring(slash + 1);
        if (value.equals("*")) {
            return both(SOMETHING, SOMETHING);
        }
        if (value.startsWith("*")) {
            return slash < 0
                    ? both(SOMETHING, Matchers.string(value))
                    : both(Matchers.string(issuer), exact(subject));
        }
        if (value.endsWith("*")) {
            return slash < 0
                    ? both(Matchers.string(value), SOMETHING)
                    : both(exact(issuer), Matchers.string(subject));
        }
        return both(exact(issuer), exact(subject));
    }

    private static StringMatcher exact(String value) {
        return StringMatcher.newBuilder().setExact(value).build();
    }

    private static Principal both(StringMatcher issuer, StringMatcher subject) {
        return Principal.newBuilder()
                .setAndIds(
                        Principal.Set.newBuilder()
                                .addIds(claim("iss", issuer))
                                .addIds(claim("sub", subject)))
                .build();
    }

    private static Principal claim(String name, StringMatcher value) {
        return Matchers.principal(Matchers.claim(List.of(name), value));
    }
}
