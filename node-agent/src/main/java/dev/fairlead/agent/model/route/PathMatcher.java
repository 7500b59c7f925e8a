package dev.fairlead.agent.model.route;

import com.google.re2j.Pattern;

/** A test on a request's path, whose query string does not take part. */
public sealed interface PathMatcher {

    /**
     * @param path with query
     * @param length of the path proper, without query
     */
    boolean matches(String path, int length);

    record Prefix(String prefix, boolean ignoreCase) implements PathMatcher {
        @Override
        public boolean matches(String path, int length) {
            return prefix.length() <= length
                    && path.regionMatches(ignoreCase, 0, prefix, 0, prefix.length());
        }
    }

    record Exact(String expected, boolean ignoreCase) implements PathMatcher {
        @Override
        public boolean matches(String path, int length) {
            return expected.length() == length
                    && path.regionMatches(ignoreCase, 0, expected, 0, length);
        }
    }

    /** RE2, on the whole path. */
    record Regex(Pattern pattern) implements PathMatcher {
        @Override
        public boolean matches(String path, int length) {
            return pattern.matcher(path.substring(0, length)).matches();
        }
    }

    /**
     * All CONNECT requests, which have no path, and which match nothing else. Source: Envoy,
     * RouteMatch.connect_matcher.
     */
    record Connect() implements PathMatcher {
        @Override
        public boolean matches(String path, int length) {
            return true; // RouteMatch has asked for the method
        }
    }
}
