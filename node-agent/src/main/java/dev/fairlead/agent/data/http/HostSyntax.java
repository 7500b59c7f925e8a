package dev.fairlead.agent.data.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of an authority: {@code uri-host [":" port]}. Source: RFC 9110 §7.2, RFC 3986 §3.2.2.
 */
public final class HostSyntax {

    private static final boolean[] NAME = characters("-._~!$&'()*+,;=%");
    private static final boolean[] LITERAL = characters(":.%-_~");

    private HostSyntax() {}

    private static boolean[] characters(String more) {
        boolean[] set = new boolean[128];
        for (char c = 0; c < set.length; c++) {
            boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            set[c] = letter || c >= '0' && c <= '9' || more.indexOf(c) >= 0;
        }
        return set;
    }

    private static boolean in(boolean[] set, char c) {
        return c < set.length && set[c];
    }

    /**
     * The host of an authority that is valid, in lower case, without brackets and port; null of
     * null.
     */
    public static @Nullable String host(@Nullable String authority) {
        if (authority == null) {
            return null;
        }
        int bracket = authority.lastIndexOf(']');
        int colon = authority.lastIndexOf(':');
        String host = colon > bracket ? authority.substring(0, colon) : authority;
        return (bracket < 0 ? host : host.substring(1, bracket)).toLowerCase(Locale.ROOT);
    }

    static boolean valid(String authority) {
        if (authority.isEmpty() || authority.length() > 1024) {
            return false;
        }
        boolean literal = authority.charAt(0) == '[';
        int i = literal ? 1 : 0;
        boolean[] allowed = literal ? LITERAL : NAME;
        while (i < authority.length() && in(allowed, authority.charAt(i))) {
            i++;
        }
        int hostLength = literal ? i - 1 : i;
        if (literal) {
            if (i == authority.length() || authority.charAt(i) != ']') {
                return false;
            }
            i++;
        }
        return hostLength > 0 && validPort(authority, i);
    }

    private static boolean validPort(String authority, int from) {
        if (from == authority.length()) {
            return true;
        }
        if (authority.charAt(from) != ':' || authority.length() - from > 6) {
            return false;
        }
        int port = 0;
        for (int i = from + 1; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
            port = 10 * port + c - '0';
        }
        return port <= 0xffff;
    }
}
