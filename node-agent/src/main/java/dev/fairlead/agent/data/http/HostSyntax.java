package dev.fairlead.agent.data.http;

import java.util.BitSet;

/**
 * The syntax of an authority: {@code uri-host [":" port]}. Source: RFC 9110 §7.2, RFC 3986 §3.2.2.
 */
final class HostSyntax {

    private static final BitSet NAME = characters("-._~!$&'()*+,;=%");
    private static final BitSet LITERAL = characters(":.%-_~");

    private HostSyntax() {}

    private static BitSet characters(String more) {
        BitSet set = new BitSet(128);
        set.set('a', 'z' + 1);
        set.set('A', 'Z' + 1);
        set.set('0', '9' + 1);
        more.chars().forEach(set::set);
        return set;
    }

    static boolean valid(String authority) {
        if (authority.isEmpty() || authority.length() > 1024) {
            return false;
        }
        boolean literal = authority.charAt(0) == '[';
        int i = literal ? 1 : 0;
        BitSet allowed = literal ? LITERAL : NAME;
        while (i < authority.length() && allowed.get(authority.charAt(i))) {
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
