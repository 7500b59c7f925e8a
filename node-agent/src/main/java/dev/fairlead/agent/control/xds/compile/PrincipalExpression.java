package dev.fairlead.agent.control.xds.compile;

/**
 * The expressions (CEL) that ask for the caller's identity. Source: Envoy, "Attributes",
 * connection.uri_san_peer_certificate.
 */
sealed interface PrincipalExpression {

    String PRINCIPAL = "connection.uri_san_peer_certificate";

    /** The SPIFFE ID. */
    record Itself() implements PrincipalExpression {}

    /** Whether RE2 finds something in it. */
    record Matches(String regex) implements PrincipalExpression {}

    /** Something else. */
    record Unknown() implements PrincipalExpression {}

    static PrincipalExpression parse(String text) {
        String before = PRINCIPAL + ".matches(\"";
        String after = "\")";
        if (text.equals(PRINCIPAL)) {
            return new Itself();
        }
        if (!text.startsWith(before)
                || !text.endsWith(after)
                || text.length() < before.length() + after.length()) {
            return new Unknown();
        }
        String quoted = text.substring(before.length(), text.length() - after.length());
        StringBuilder regex = new StringBuilder(quoted.length());
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            if (c == '"' || c < ' ') {
                return new Unknown();
            }
            if (c == '\\') {
                i++;
                if (i == quoted.length() || quoted.charAt(i) != '\\' && quoted.charAt(i) != '"') {
                    return new Unknown();
                }
                c = quoted.charAt(i);
            }
            regex.append(c);
        }
        return new Matches(regex.toString());
    }
}
