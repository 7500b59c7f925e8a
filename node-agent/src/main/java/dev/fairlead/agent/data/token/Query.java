package dev.fairlead.agent.data.token;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The query of a request's path, its names and values decoded. */
final class Query {

    private Query() {}

    /** The first value of {@code name}; null: there is none. */
    static @Nullable String first(String path, String name) {
        int query = path.indexOf('?');
        if (query < 0) {
            return null;
        }
        for (int at = query + 1; at < path.length(); ) {
            int end = pairEnd(path, at);
            if (isNamed(path, at, end, name)) {
                int equals = path.indexOf('=', at);
                return equals < 0 || equals > end ? "" : decoded(path.substring(equals + 1, end));
            }
            at = end + 1;
        }
        return null;
    }

    /** The rest of the query stays as it was written. */
    static String without(String path, String name) {
        int query = path.indexOf('?');
        if (query < 0) {
            return path;
        }
        var kept = new StringBuilder(path.length()).append(path, 0, query);
        char before = '?';
        for (int at = query + 1; at < path.length(); ) {
            int end = pairEnd(path, at);
            if (!isNamed(path, at, end, name)) {
                kept.append(before).append(path, at, end);
                before = '&';
            }
            at = end + 1;
        }
        return kept.toString();
    }

    private static int pairEnd(String path, int from) {
        int and = path.indexOf('&', from);
        return and < 0 ? path.length() : and;
    }

    private static boolean isNamed(String path, int from, int end, String name) {
        int equals = path.indexOf('=', from);
        int nameEnd = equals < 0 || equals > end ? end : equals;
        return decoded(path.substring(from, nameEnd)).equals(name);
    }

    /** Only what is well-formed is decoded; a plus is a plus, as in Envoy. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high =
                    c == '%' && i + 2 < text.length()
                            ? Character.digit(text.charAt(i + 1), 16)
                            : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                bytes.write(c);
            } else {
                bytes.write(high << 4 | low);
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
