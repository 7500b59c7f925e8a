package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import dev.fairlead.pilot.state.AttributeExpression;
import dev.fairlead.pilot.state.AttributeExpression.Attribute;
import dev.fairlead.pilot.state.AttributeExpression.Both;
import dev.fairlead.pilot.state.AttributeExpression.Constant;
import dev.fairlead.pilot.state.AttributeExpression.Either;
import dev.fairlead.pilot.state.AttributeExpression.First;
import dev.fairlead.pilot.state.AttributeExpression.Like;
import dev.fairlead.pilot.state.AttributeExpression.Literal;
import dev.fairlead.pilot.state.AttributeExpression.Mutual;
import dev.fairlead.pilot.state.AttributeExpression.Not;
import dev.fairlead.pilot.state.AttributeExpression.Same;
import dev.fairlead.pilot.state.AttributeExpression.Text;
import dev.fairlead.pilot.state.AttributeExpression.Truth;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.Subnet;
import dev.fairlead.wire.regex.RegexBounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads Mixer's expressions: {@code ||}, {@code &&}, {@code ==}, {@code !=}, {@code |} in that
 * order of precedence, match, startsWith, endsWith, matches, ip. What of the language is not among
 * that is named and refused.
 *
 * <p>Source: istio.io 1.2, "Expression Language"; the grammar is Go's.
 */
final class ExpressionParser {

    static final int MAX_LENGTH = 4096;
    private static final int MAX_DEPTH = 64;
    private static final Set<String> MAPS =
            Set.of("request.headers", "source.labels", "destination.labels");
    private static final Set<String> ATTRIBUTES =
            Set.of(
                    "request.path",
                    "request.url_path",
                    "request.method",
                    "request.host",
                    "request.scheme",
                    "request.useragent",
                    "source.ip",
                    "source.principal",
                    "source.user",
                    "source.namespace",
                    "source.workload.namespace",
                    "source.workload.name",
                    "destination.namespace",
                    "destination.workload.namespace",
                    "destination.workload.name",
                    "destination.service",
                    "destination.service.host",
                    "destination.service.name",
                    "destination.service.namespace",
                    "destination.port",
                    "context.protocol",
                    "context.reporter.kind");
    private static final Set<String> TESTS = Set.of("startsWith", "endsWith", "matches");

    /** Why an expression cannot be read. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String reason) {
            super(reason, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    private final String text;
    private int at;
    private int depth;

    private ExpressionParser(String text) {
        this.text = text;
    }

    static Truth truth(String text) throws Unreadable {
        return asTruth(whole(text));
    }

    static Text text(String text) throws Unreadable {
        return asText(whole(text));
    }

    private static AttributeExpression whole(String text) throws Unreadable {
        if (text.length() > MAX_LENGTH) {
            throw new Unreadable("longer than " + MAX_LENGTH + " characters");
        }
        var parser = new ExpressionParser(text);
        AttributeExpression read = parser.either();
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.unexpected();
        }
        return read;
    }

    private Unreadable unexpected() {
        return new Unreadable(
                at < text.length()
                        ? "\"" + text.charAt(at) + "\" is not understood at position " + at
                        : "it ends too early");
    }

    private static Truth asTruth(AttributeExpression read) throws Unreadable {
        if (read instanceof Truth truth) {
            return truth;
        }
        throw new Unreadable("text stands where true or false is needed");
    }

    private static Text asText(AttributeExpression read) throws Unreadable {
        if (read instanceof Text known) {
            return known;
        }
        throw new Unreadable("true or false stands where text is needed");
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /** Takes {@code token} if it is next, and not the beginning of {@code longer}. */
    private boolean takes(String token, String longer) {
        skipSpace();
        if (text.startsWith(token, at) && (longer.isEmpty() || !text.startsWith(longer, at))) {
            at += token.length();
            return true;
        }
        return false;
    }

    private void expect(String token) throws Unreadable {
        if (!takes(token, "")) {
            throw unexpected();
        }
    }

    private AttributeExpression either() throws Unreadable {
        if (++depth > MAX_DEPTH) {
            throw new Unreadable("nested deeper than " + MAX_DEPTH);
        }
        AttributeExpression left = both();
        while (takes("||", "")) {
            left = new Either(asTruth(left), asTruth(both()));
        }
        depth--;
        return left;
    }

    private AttributeExpression both() throws Unreadable {
        AttributeExpression left = equality();
        while (takes("&&", "")) {
            left = new Both(asTruth(left), asTruth(equality()));
        }
        return left;
    }

    private AttributeExpression equality() throws Unreadable {
        AttributeExpression left = alternatives();
        while (true) {
            if (takes("==", "")) {
                left = same(left, alternatives());
            } else if (takes("!=", "")) {
                left = new Not(same(left, alternatives()));
            } else {
                return left;
            }
        }
    }

    private static Truth same(AttributeExpression one, AttributeExpression other)
            throws Unreadable {
        if (one instanceof Truth truth) {
            return same(truth, asTruth(other));
        }
        Text left = asText(one);
        Text right = asText(other);
        if (!isFixed(left) && !isFixed(right)) {
            throw new Unreadable("comparing two attributes of a request is not supported yet");
        }
        if (asksAddress(left)) {
            requireAddress(right);
        }
        if (asksAddress(right)) {
            requireAddress(left);
        }
        return new Same(left, right);
    }

    private static Truth same(Truth one, Truth other) throws Unreadable {
        if (other instanceof Constant(boolean value)) {
            return value ? one : new Not(one);
        }
        if (one instanceof Constant(boolean value)) {
            return value ? other : new Not(other);
        }
        throw new Unreadable("comparing two conditions is not supported yet");
    }

    private static boolean asksAddress(Text text) {
        return switch (text) {
            case Literal _ -> false;
            case Attribute attribute -> attribute.isAddress();
            case First(List<Text> all) -> all.stream().anyMatch(ExpressionParser::asksAddress);
        };
    }

    private static void requireAddress(Text text) throws Unreadable {
        if (!(text instanceof Literal(String value)) || !isAddress(value)) {
            throw new Unreadable("source.ip can only be compared with ip(\"…\")");
        }
    }

    private static boolean isAddress(String value) {
        return value.indexOf('/') < 0 && Subnet.of(value) != null;
    }

    /** Whether it is the same of all requests to a pod. */
    private static boolean isFixed(Text text) {
        return switch (text) {
            case Literal _ -> true;
            case Attribute attribute -> attribute.isOfDestination();
            case First(List<Text> all) -> all.stream().allMatch(ExpressionParser::isFixed);
        };
    }

    private AttributeExpression alternatives() throws Unreadable {
        AttributeExpression left = operand();
        List<Text> all = new ArrayList<>();
        while (takes("|", "||")) {
            AttributeExpression right = operand();
            if (left instanceof Mutual && right instanceof Constant) {
                continue; // that is always known
            }
            if (all.isEmpty()) {
                all.add(asText(left));
            }
            all.add(asText(right));
        }
        return all.isEmpty() ? left : new First(all);
    }

    private AttributeExpression operand() throws Unreadable {
        AttributeExpression read = primary();
        while (takes(".", "")) {
            String method = name();
            if (!TESTS.contains(method)) {
                throw new Unreadable("function " + method + " is not supported yet");
            }
            expect("(");
            AttributeExpression argument = either();
            expect(")");
            read = test(method, asText(read), asText(argument));
        }
        return read;
    }

    private static Truth test(String method, Text on, Text argument) throws Unreadable {
        if (method.equals("matches")) { // the pattern is asked
            return like(argument, regex(literal(on, method)));
        }
        String value = literal(argument, method);
        return like(
                on,
                method.equals("startsWith")
                        ? prefix(value)
                        : new StringMatch.Regex(".*" + Pattern.quote(value)));
    }

    private static StringMatch prefix(String value) {
        return value.isEmpty() ? new StringMatch.Regex(".*") : new StringMatch.Prefix(value);
    }

    private static StringMatch regex(String value) throws Unreadable {
        String excess = RegexBounds.excess(value);
        if (excess != null) {
            throw new Unreadable(excess);
        }
        try {
            var _ = Pattern.compile(value);
        } catch (com.google.re2j.PatternSyntaxException e) {
            throw new Unreadable("not an RE2 expression: " + e.getDescription());
        }
        return new StringMatch.Regex("(?s:.*)(?:" + value + ")(?s:.*)"); // anywhere, as in Go
    }

    private static String literal(Text text, String function) throws Unreadable {
        if (text instanceof Literal(String value)) {
            return value;
        }
        throw new Unreadable(function + " takes a fixed pattern only");
    }

    private static Truth like(Text on, StringMatch pattern) throws Unreadable {
        if (asksAddress(on)) {
            throw new Unreadable("source.ip can only be compared with ip(\"…\")");
        }
        return new Like(on, pattern);
    }

    private AttributeExpression primary() throws Unreadable {
        skipSpace();
        if (at == text.length()) {
            throw unexpected();
        }
        char c = text.charAt(at);
        if (c == '(') {
            at++;
            AttributeExpression inner = either();
            expect(")");
            return inner;
        }
        if (c == '"' || c == '`') {
            return new Literal(quoted());
        }
        if (c >= '0' && c <= '9') {
            return new Literal(number());
        }
        if (!isNameStart(c)) {
            throw unexpected();
        }
        return named(path());
    }

    private AttributeExpression named(String path) throws Unreadable {
        if (takes("(", "")) {
            return call(path);
        }
        if (path.equals("true") || path.equals("false")) {
            return new Constant(path.equals("true"));
        }
        if (path.equals("connection.mtls")) {
            return new Mutual();
        }
        if (takes("[", "")) {
            if (!MAPS.contains(path)) {
                throw new Unreadable("attribute " + path + " is not supported yet");
            }
            skipSpace();
            if (at == text.length() || text.charAt(at) != '"' && text.charAt(at) != '`') {
                throw unexpected();
            }
            String key = quoted();
            expect("]");
            if (path.equals("request.headers")) {
                key = key.toLowerCase(Locale.ROOT);
                if (!StringMatches.isHeaderName(key)) {
                    throw new Unreadable("\"" + key + "\" is no header's name");
                }
            }
            return new Attribute(path, key);
        }
        if (!ATTRIBUTES.contains(path)) {
            throw new Unreadable("attribute " + path + " is not supported yet");
        }
        return new Attribute(path, "");
    }

    private AttributeExpression call(String function) throws Unreadable {
        int dot = function.lastIndexOf('.');
        if (dot > 0 && TESTS.contains(function.substring(dot + 1))) {
            Text on = asText(named(function.substring(0, dot)));
            Text argument = asText(either());
            expect(")");
            return test(function.substring(dot + 1), on, argument);
        }
        return switch (function) {
            case "match" -> {
                Text on = asText(either());
                expect(",");
                String pattern = literal(asText(either()), function);
                expect(")");
                yield like(on, glob(pattern));
            }
            case "ip" -> {
                String address = literal(asText(either()), function);
                expect(")");
                if (!isAddress(address)) {
                    throw new Unreadable("\"" + address + "\" is no address");
                }
                yield new Literal(address);
            }
            default -> throw new Unreadable("function " + function + " is not supported yet");
        };
    }

    /** {@code *} stands for anything at one end. */
    private static StringMatch glob(String pattern) {
        if (pattern.endsWith("*")) {
            return prefix(pattern.substring(0, pattern.length() - 1));
        }
        return pattern.startsWith("*")
                ? new StringMatch.Regex(".*" + Pattern.quote(pattern.substring(1)))
                : new StringMatch.Exact(pattern);
    }

    private static boolean isNameStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private String name() throws Unreadable {
        skipSpace();
        int from = at;
        while (at < text.length() && (isNameStart(text.charAt(at)) || isDigit(text.charAt(at)))) {
            at++;
        }
        if (from == at) {
            throw unexpected();
        }
        return text.substring(from, at);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Names joined by dots. */
    private String path() throws Unreadable {
        var path = new StringBuilder(name());
        while (at < text.length() && text.charAt(at) == '.') {
            at++;
            path.append('.').append(name());
        }
        return path.toString();
    }

    private String number() throws Unreadable {
        int from = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        if (at < text.length() && (isNameStart(text.charAt(at)) || text.charAt(at) == '.')) {
            throw unexpected();
        }
        return text.substring(from, at);
    }

    private String quoted() throws Unreadable {
        char quote = text.charAt(at++);
        var value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\\' && quote == '"') {
                if (at == text.length() || "\\\"".indexOf(text.charAt(at)) < 0) {
                    throw new Unreadable("escape not supported yet at position " + (at - 1));
                }
                c = text.charAt(at++);
            }
            value.append(c);
        }
        if (at == text.length()) {
            throw unexpected();
        }
        at++;
        return value.toString();
    }
}
