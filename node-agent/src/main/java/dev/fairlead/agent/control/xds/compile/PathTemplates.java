package dev.fairlead.agent.control.xds.compile;

import com.google.re2j.Pattern;
import dev.fairlead.agent.model.route.StringMatcher;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import java.util.HashSet;
import java.util.Set;

/**
 * {@code extensions.path.match.uri_template.v3.UriTemplateMatchConfig}: {@code *} is one segment of
 * a path, {@code **} any number of them, {@code {name=…}} what it says.
 */
final class PathTemplates {

    private static final String CHARACTERS = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";
    private static final String SEGMENT = "[" + CHARACTERS + "*]+";
    private static final String REST = "[" + CHARACTERS + "*/]*";
    private static final Pattern LITERAL = Pattern.compile("[" + CHARACTERS + "]+");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,15}");
    private static final int MAX_VARIABLES = 5;
    private static final int MAX_LENGTH = 1024;

    private final String template;
    private final At at;
    private final StringBuilder regex = new StringBuilder();
    private final Set<String> names = new HashSet<>();
    private boolean ended;

    private PathTemplates(String template, At at) {
        this.template = template;
        this.at = at;
    }

    static StringMatcher.Regex compile(UriTemplateMatchConfig config, At at) throws Refusal {
        At templateAt = at.field("path_template");
        String template = Values.notEmpty(config.getPathTemplate(), templateAt);
        if (!template.startsWith("/") || template.length() > MAX_LENGTH) {
            throw templateAt.refuse("no path, or longer than " + MAX_LENGTH);
        }
        var parser = new PathTemplates(template, templateAt);
        parser.read();
        return new StringMatcher.Regex(Pattern.compile(parser.regex.toString()));
    }

    private void read() throws Refusal {
        int from = 0;
        while (from < template.length()) {
            from++; // the slash
            regex.append('/');
            if (from == template.length()) {
                break;
            }
            from = segment(from);
            if (from < template.length() && template.charAt(from) != '/') {
                literal(template.substring(from)); // a suffix, which ends the template
                break;
            }
        }
    }

    /** The end of the segment that begins there. */
    private int segment(int from) throws Refusal {
        if (template.charAt(from) == '{') {
            int end = template.indexOf('}', from);
            if (end < 0) {
                throw at.refuse("an open brace");
            }
            variable(template.substring(from + 1, end));
            return end + 1;
        }
        int end = template.indexOf('/', from);
        end = end < 0 ? template.length() : end;
        if (template.startsWith("*", from)) {
            int after = template.startsWith("**", from) ? from + 2 : from + 1;
            operator(after - from == 2);
            return after;
        }
        literal(template.substring(from, end));
        return end;
    }

    private void variable(String text) throws Refusal {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        if (!NAME.matches(name) || !names.add(name) || names.size() > MAX_VARIABLES) {
            throw at.refuse("variable \"" + name + "\" is malformed, there twice, or one too many");
        }
        if (equals < 0) {
            operator(false);
            return;
        }
        String[] parts = text.substring(equals + 1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                regex.append('/');
            }
            if (parts[i].equals("*") || parts[i].equals("**")) {
                operator(parts[i].length() == 2);
            } else {
                literal(parts[i]);
            }
        }
    }

    private void operator(boolean rest) throws Refusal {
        if (ended) {
            throw at.refuse("an operator after **");
        }
        ended = rest;
        regex.append(rest ? REST : SEGMENT);
    }

    private void literal(String text) throws Refusal {
        if (!LITERAL.matches(text)) {
            throw at.refuse("\"" + text + "\" is no part of a path");
        }
        regex.append(Pattern.quote(text));
    }
}
