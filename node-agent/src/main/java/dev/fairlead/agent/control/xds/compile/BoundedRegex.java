package dev.fairlead.agent.control.xds.compile;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Compiles RE2 patterns whose program stays small. RE2 expands counted repetition, so a short
 * pattern can ask for gigabytes; its size is estimated from the text before it is compiled. The
 * estimate may be too large, never too small.
 */
final class BoundedRegex {

    private static final int MAX_LENGTH = 4096; // characters; paths and headers are shorter
    private static final int MAX_STEPS = 10_000; // about 1 MB of program
    private static final int MAX_DEPTH = 100; // the compiler recurses per group

    private BoundedRegex() {}

    static Pattern compile(String regex, At at) throws Refusal {
        if (regex.isEmpty()) {
            throw at.refuse("empty");
        }
        if (regex.length() > MAX_LENGTH) {
            throw at.refuse(regex.length() + " characters, at most " + MAX_LENGTH);
        }
        new Estimate(regex, at).check();
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw at.refuse("not RE2: " + e.getMessage());
        }
    }

    /** One scan over a pattern: how many steps its program has at most. */
    private static final class Estimate {
        private final String regex;
        private final At at;
        private final Deque<Long> outer = new ArrayDeque<>(); // sums before each open group
        private long sum;
        private long last; // size of the atom that a repetition would multiply
        private int position;

        Estimate(String regex, At at) {
            this.regex = regex;
            this.at = at;
        }

        void check() throws Refusal {
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
                if (sum > MAX_STEPS) {
                    throw at.refuse("more than " + MAX_STEPS + " steps when expanded");
                }
            }
        }

        private void atom() {
            last = 1;
            sum++;
        }

        private void open() throws Refusal {
            outer.push(sum);
            if (outer.size() > MAX_DEPTH) {
                throw at.refuse("groups nested deeper than " + MAX_DEPTH);
            }
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
            sum += last * (times - 1);
            last *= times;
            position = end + 1;
        }
    }
}
