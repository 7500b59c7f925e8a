package dev.fairlead.agent.data.http2;

import io.netty.util.AsciiString;

/**
 * What the names and values of HTTP/2 fields may be made of. Source: RFC 9113 §8.2.1, RFC 9110
 * §5.1, §5.5; control characters other than tab are refused as RFC 9110 advises.
 */
final class FieldSyntax {

    private static final boolean[] NAME = new boolean[256];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            NAME[c] = true;
        }
        for (char c = '0'; c <= '9'; c++) {
            NAME[c] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            NAME[c] = true;
        }
    }

    private FieldSyntax() {}

    /** A token without upper-case letters. */
    static boolean validName(CharSequence name) {
        int length = name.length();
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c > 0xff || !NAME[c]) {
                return false;
            }
        }
        return length > 0;
    }

    static boolean validValue(CharSequence value) {
        int length = value.length();
        if (length == 0) {
            return true;
        }
        if (isSpace(value.charAt(0)) || isSpace(value.charAt(length - 1))) {
            return false;
        }
        return value instanceof AsciiString ascii ? visible(ascii) : visible(value);
    }

    private static boolean visible(AsciiString value) {
        byte[] bytes = value.array();
        int end = value.arrayOffset() + value.length();
        for (int i = value.arrayOffset(); i < end; i++) {
            byte b = bytes[i];
            if (b >= 0 && b < ' ' && b != '\t' || b == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean visible(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    /** Whether a method is a token; those of the registry are upper case, but others may not be. */
    static boolean validMethod(CharSequence method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
            if (lower > 0xff || !NAME[lower]) {
                return false;
            }
        }
        return !method.isEmpty();
    }
}
