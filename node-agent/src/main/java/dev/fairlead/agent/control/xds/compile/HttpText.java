package dev.fairlead.agent.control.xds.compile;

import java.util.Locale;
import java.util.Set;

/**
 * Texts of a configuration that go into heads: the encoder writes them as they are, so that what
 * could end a line, or begin another header, is refused here. Source: RFC 9110 §5.
 */
final class HttpText {

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /** Who changes them breaks the framing, or what concerns one hop. */
    private static final Set<String> FRAMING =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private HttpText() {}

    static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && !(c >= '0' && c <= '9') && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** The name of a header that may be set or removed, in lower case. */
    static String name(String name, At at) throws Refusal {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(":") || lower.equals("host")) {
            throw at.refuse(":-prefixed or host headers may not be modified");
        }
        if (!isName(lower)) {
            throw at.refuse("\"" + name + "\" is no header's name");
        }
        if (FRAMING.contains(lower)) {
            throw at.refuse(lower + " says where a message ends, or concerns one hop");
        }
        return lower;
    }

    /** What may stand in a header: nothing below a space but tabs. */
    static String checkValue(String value, At at) throws Refusal {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw at.refuse("character " + (int) c + " at " + i);
            }
        }
        return value;
    }

    /** What may stand in a path or an authority: nothing up to a space, no fragment. */
    static String checkTarget(String value, At at) throws Refusal {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw at.refuse("character " + (int) c + " at " + i);
            }
        }
        return value;
    }
}
