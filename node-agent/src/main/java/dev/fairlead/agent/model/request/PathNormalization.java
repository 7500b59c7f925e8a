package dev.fairlead.agent.model.request;

import org.jspecify.annotations.Nullable;

/**
 * The one way to write a path: what is decided about and what is forwarded are the same. Queries
 * stay as they are.
 *
 * <p>Source: Envoy, HttpConnectionManager normalize_path, merge_slashes and
 * path_with_escaped_slashes_action; the characters are those of its URL library. Cost: one pass
 * over an ordinary path, of which nothing is copied.
 *
 * @param dots {@code .}, {@code ..} and backslashes are resolved, and needless or missing escapes
 *     mended
 * @param slashes several slashes become one
 */
public record PathNormalization(boolean dots, boolean slashes, EscapedSlashes escaped) {

    /** What becomes of a path with {@code %2F} or {@code %5C}. */
    public enum EscapedSlashes {
        KEEP,
        REJECT,
        /** The client is told to ask for the path without. */
        REDIRECT,
        UNESCAPE
    }

    /** Paths are as they come. */
    public static final PathNormalization NONE =
            new PathNormalization(false, false, EscapedSlashes.KEEP);

    private static final String HEX = "0123456789ABCDEF";

    /** The path as it is to be read, with its query; null: the request is malformed. */
    public @Nullable String of(String target) {
        int end = target.indexOf('?');
        String path = end < 0 ? target : target.substring(0, end);
        String plain = path;
        if (escaped != EscapedSlashes.KEEP && hasEscapedSlash(plain)) {
            if (escaped == EscapedSlashes.REJECT) {
                return null;
            }
            plain = unescapeSlashes(plain);
        }
        if (dots && !isPlain(plain)) {
            plain = canonical(plain);
            if (plain == null) {
                return null;
            }
        }
        if (slashes && plain.contains("//")) {
            plain = mergeSlashes(plain);
        }
        if (plain.equals(path)) {
            return target;
        }
        return end < 0 ? plain : plain + target.substring(end);
    }

    /** Whether the client of {@code target} is sent to what {@link #of} says. */
    public boolean redirects(String target) {
        if (escaped != EscapedSlashes.REDIRECT) {
            return false;
        }
        int end = target.indexOf('?');
        return hasEscapedSlash(end < 0 ? target : target.substring(0, end));
    }

    private static boolean hasEscapedSlash(String path) {
        for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
            if (slashAt(path, i) != 0) {
                return true;
            }
        }
        return false;
    }

    /** The slash or backslash that is escaped there; 0: none is. */
    private static char slashAt(String path, int percent) {
        int value = escapedAt(path, percent);
        return value == '/' || value == '\\' ? (char) value : 0;
    }

    private static String unescapeSlashes(String path) {
        StringBuilder plain = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char slash = path.charAt(i) == '%' ? slashAt(path, i) : 0;
            if (slash == 0) {
                plain.append(path.charAt(i));
            } else {
                plain.append(slash);
                i += 2;
            }
        }
        return plain.toString();
    }

    private static String mergeSlashes(String path) {
        StringBuilder merged = new StringBuilder(path.length());
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '/' || before != '/') {
                merged.append(c);
            }
            before = c;
        }
        return merged.toString();
    }

    /** Nothing that would have to be looked at closer. */
    private static boolean isPlain(String path) {
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || c == '.' && before == '/' || mustEscape(c)) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static boolean mustEscape(char c) {
        return c <= ' '
                || c >= 0x7f
                || switch (c) {
                    case '"', '#', '<', '>', '?', '^', '`', '{', '|', '}' -> true;
                    default -> false;
                };
    }

    /** Null: it has an escaped NUL. */
    private static @Nullable String canonical(String path) {
        StringBuilder out = new StringBuilder(path.length() + 8);
        int i = 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            int dot = dotAt(path, i);
            if (dot > 0) {
                i += endsInSlash(out) ? afterSlash(path, i, dot, out) : append('.', dot, out);
            } else if (c == '\\') {
                i += append('/', 1, out);
            } else if (c == '%') {
                int value = escapedAt(path, i);
                if (value == 0) {
                    return null;
                }
                if (value < 0) {
                    i += append('%', 1, out);
                } else if (isUnreserved(value)) {
                    i += append((char) value, 3, out);
                } else {
                    out.append(path, i, i + 3);
                    i += 3;
                }
            } else if (mustEscape(c)) {
                out.append('%').append(HEX.charAt(c >> 4 & 0xf)).append(HEX.charAt(c & 0xf));
                i++;
            } else {
                i += append(c, 1, out);
            }
        }
        return out.toString();
    }

    private static int append(char c, int read, StringBuilder out) {
        out.append(c);
        return read;
    }

    private static boolean endsInSlash(StringBuilder out) {
        return !out.isEmpty() && out.charAt(out.length() - 1) == '/';
    }

    /**
     * A dot at the beginning of a segment.
     *
     * @return how much of {@code path} was read
     */
    private static int afterSlash(String path, int at, int dot, StringBuilder out) {
        int next = at + dot;
        int ended = segmentEnd(path, next);
        if (ended >= 0) {
            return dot + ended;
        }
        int second = dotAt(path, next);
        int endedThen = second > 0 ? segmentEnd(path, next + second) : -1;
        if (endedThen < 0) {
            return append('.', dot, out);
        }
        int slash = out.lastIndexOf("/", out.length() - 2);
        if (out.length() > 1) {
            out.setLength(slash + 1);
        }
        return dot + second + endedThen;
    }

    /** Length of the slash there; 0: the path ends; -1: the segment goes on. */
    private static int segmentEnd(String path, int at) {
        if (at == path.length()) {
            return 0;
        }
        char c = path.charAt(at);
        return c == '/' || c == '\\' ? 1 : -1;
    }

    /** Length of the dot there, which may be escaped; 0: there is none. */
    private static int dotAt(String path, int at) {
        if (at >= path.length()) {
            return 0;
        }
        char c = path.charAt(at);
        if (c == '.') {
            return 1;
        }
        return c == '%' && escapedAt(path, at) == '.' ? 3 : 0;
    }

    /** What the escape there stands for; -1: it is none. */
    private static int escapedAt(String path, int percent) {
        if (percent + 2 >= path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(percent + 1), 16);
        int low = Character.digit(path.charAt(percent + 2), 16);
        return high < 0
                        || low < 0
                        || path.charAt(percent + 1) > 'f'
                        || path.charAt(percent + 2) > 'f'
                ? -1
                : high << 4 | low;
    }

    private static boolean isUnreserved(int value) {
        return value >= '0' && value <= '9'
                || value >= 'A' && value <= 'Z'
                || value >= 'a' && value <= 'z'
                || value == '-'
                || value == '_'
                || value == '~';
    }
}
