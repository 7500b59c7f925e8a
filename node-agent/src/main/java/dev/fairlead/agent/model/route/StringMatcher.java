package dev.fairlead.agent.model.route;

import com.google.re2j.Pattern;
import dev.fairlead.agent.model.request.TextTest;
import java.util.Locale;

/** A test on one string, as Istio's StringMatch and Envoy's StringMatcher have it. */
public sealed interface StringMatcher extends TextTest {

    record Exact(String expected, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return ignoreCase ? expected.equalsIgnoreCase(value) : expected.equals(value);
        }
    }

    record Prefix(String prefix, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return value.regionMatches(ignoreCase, 0, prefix, 0, prefix.length());
        }
    }

    record Suffix(String suffix, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            int from = value.length() - suffix.length();
            return value.regionMatches(ignoreCase, from, suffix, 0, suffix.length());
        }
    }

    /** {@code part} is in lower case where case is ignored. */
    record Contains(String part, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return (ignoreCase ? value.toLowerCase(Locale.ROOT) : value).contains(part);
        }
    }

    /** RE2, on the whole value. */
    record Regex(Pattern pattern) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return pattern.matcher(value).matches();
        }
    }
}
