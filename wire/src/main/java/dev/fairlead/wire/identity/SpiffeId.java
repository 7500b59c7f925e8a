package dev.fairlead.wire.identity;

import java.util.regex.Pattern;

/**
 * A workload's SPIFFE ID in Istio's form: {@code spiffe://<trust
 * domain>/ns/<namespace>/sa/<account>}.
 *
 * <p>Source: SPIFFE-ID specification §2 (trust domain: lower-case letters, digits, dots, dashes,
 * underscores; path segments: letters, digits, dots, dashes, underscores; at most 2048 bytes).
 */
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) {

    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
    private static final Pattern SEGMENT = Pattern.compile("[a-zA-Z0-9._-]{1,253}");
    private static final Pattern URI =
            Pattern.compile("spiffe://([^/]*)/ns/([^/]*)/sa/([^/]*)", Pattern.DOTALL);

    public SpiffeId {
        if (!TRUST_DOMAIN.matcher(trustDomain).matches()) {
            throw new IllegalArgumentException("trust domain \"" + trustDomain + "\"");
        }
        requireSegment("namespace", namespace);
        requireSegment("service account", serviceAccount);
    }

    private static void requireSegment(String what, String value) {
        if (!SEGMENT.matcher(value).matches() || value.equals(".") || value.equals("..")) {
            throw new IllegalArgumentException(what + " \"" + value + "\"");
        }
    }

    /** The ID that {@code uri} writes. IllegalArgumentException says what is wrong with it. */
    public static SpiffeId parse(String uri) {
        var match = URI.matcher(uri);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "\"" + uri + "\" is not spiffe://<trust domain>/ns/<namespace>/sa/<account>");
        }
        return new SpiffeId(match.group(1), match.group(2), match.group(3));
    }

    /** The identity that pilot-lite serves with. */
    public static SpiffeId pilot(String trustDomain) {
        return new SpiffeId(trustDomain, "fairlead-system", "pilot-lite");
    }

    /** The identity that ca serves with. */
    public static SpiffeId ca(String trustDomain) {
        return new SpiffeId(trustDomain, "fairlead-system", "ca");
    }

    public String uri() {
        return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }

    @Override
    public String toString() {
        return uri();
    }
}
