package dev.fairlead.wire.regex;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large the program of an RE2 pattern is at most. RE2 expands counted repetition, so a short
 * pattern can ask for gigabytes; here it is estimated from the text alone. The estimate may be too
 * large, never too small.
 *
 * @param steps of the program, about 100 bytes each; more than {@link #COUNTED} are not told apart
 * @param depth of nested groups: a compiler recurses into each
 */
public record RegexCost(long steps, int depth) {

    public static final long COUNTED = 1L << 40;

    /** Cost: one pass over the text. */
    public static RegexCost of(String regex) {
        return new Scan(regex).run();
    }

    private static final class Scan {
        private final String regex;
        private final Deque<Long> outer = new ArrayDeque<>(); // sums before each open group
        private long sum;
        private long last; // size of the atom that a repetition would multiply
        private int position;
        private int depth;

        Scan(String regex) {
            this.regex = regex;
        }

        RegexCost run() {
            while (position < regex.length()) {
                char c = regex.charAt(position++);
                switch (c) {
                    case '(' -> open();
                    case ')' -> close();
                    case '{' -> repeat();
                    case '[' -> characterClass();
                    case '\\' -> {
                        position++;
                        atom();
                    }
                    default -> atom();
                }
            }
            return new RegexCost(sum, depth);
        }

        private void atom() {
            last = 1;
            sum++;
        }

        private void open() {
            outer.push(sum);
            depth = Math.max(depth, outer.size());
        }

        private void close() {
            long before = outer.isEmpty() ? 0 : outer.pop();
            last = sum - before + 2; // it also captures
            sum = before + last;
        }

        /** Ends at the first unescaped bracket: early at worst, which makes the estimate larger. */
        private void characterClass() {
            while (position < regex.length() && regex.charAt(position) != ']') {
                position += regex.charAt(position) == '\\' ? 2 : 1;
            }
            position++;
            atom();
        }

        /** {@code {n}}, {@code {n,}} or {@code {n,m}}; any other brace is a character. */
        private void repeat() {
            int end = regex.indexOf('}', position);
            String[] bounds =
                    end < 0 ? new String[0] : regex.substring(position, end).split(",", 3);
            long times = 0;
            for (String bound : bounds) {
                if (bound.length() > 4 || !bound.chars().allMatch(d -> d >= '0' && d <= '9')) {
                    atom();
                    return;
                }
                times = Math.max(times, bound.isEmpty() ? 0 : Long.parseLong(bound) + 1);
            }
            if (bounds.length == 0 || times == 0) {
                atom();
                return;
            }
            sum = Math.min(COUNTED, sum + last * (times - 1));
            last = Math.min(COUNTED, last * times);
            position = end + 1;
        }
    }
}
