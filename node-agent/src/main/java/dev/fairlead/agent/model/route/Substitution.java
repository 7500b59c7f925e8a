package dev.fairlead.agent.model.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * What takes the place of an RE2 pattern's matches: text, and groups of the match as {@code \1}.
 *
 * <p>Source: re2, RE2::GlobalReplace and RE2::Rewrite: {@code \0} is the match, {@code \\} a
 * backslash; an empty match beside the one before does not count.
 */
public final class Substitution {

    /** A text that is followed by a group; the last one by none (-1). */
    private record Piece(String text, int group) {}

    private final String source;
    private final List<Piece> pieces = new ArrayList<>();

    private Substitution(String source) {
        this.source = source;
    }

    /** IllegalArgumentException says what is wrong with it. */
    public static Substitution of(String source, Pattern pattern) {
        Substitution made = new Substitution(source);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char next = ++i < source.length() ? source.charAt(i) : 0;
            if (next == '\\') {
                text.append('\\');
            } else if (next >= '0' && next <= '9') {
                int group = next - '0';
                if (group > pattern.groupCount()) {
                    throw new IllegalArgumentException(
                            "\\"
                                    + group
                                    + " of a pattern with "
                                    + pattern.groupCount()
                                    + " groups");
                }
                made.pieces.add(new Piece(text.toString(), group));
                text.setLength(0);
            } else {
                throw new IllegalArgumentException("\\ before neither a digit nor \\");
            }
        }
        made.pieces.add(new Piece(text.toString(), -1));
        return made;
    }

    /** {@code input} with every match of {@code pattern} replaced. */
    public String replaceAll(Pattern pattern, String input) {
        Matcher matcher = pattern.matcher(input);
        StringBuilder out = new StringBuilder(input.length() + 16);
        int at = 0;
        int lastEnd = -1;
        while (at <= input.length() && matcher.find(at)) {
            if (matcher.start() == lastEnd && matcher.end() == lastEnd) {
                if (at < input.length()) {
                    out.append(input.charAt(at));
                }
                at++;
                continue;
            }
            out.append(input, at, matcher.start());
            expand(matcher, out);
            at = matcher.end();
            lastEnd = at;
        }
        return at < input.length()
                ? out.append(input, at, input.length()).toString()
                : out.toString();
    }

    private void expand(Matcher matcher, StringBuilder out) {
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            out.append(piece.text);
            String group = piece.group < 0 ? null : matcher.group(piece.group);
            if (group != null) {
                out.append(group);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Substitution s && s.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }
}
