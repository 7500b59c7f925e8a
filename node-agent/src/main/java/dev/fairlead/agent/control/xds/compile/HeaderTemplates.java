package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.HeaderFact;
import dev.fairlead.agent.model.route.HeaderTemplate;
import dev.fairlead.agent.model.route.HeaderTemplate.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Values of configured headers: text with command operators, {@code %%} for a percent sign.
 *
 * <p>Source: Envoy, "Custom request/response headers", "Access logging", command operators.
 */
final class HeaderTemplates {

    private static final Map<String, HeaderFact> FACTS = new HashMap<>();

    static {
        for (HeaderFact fact : HeaderFact.values()) {
            FACTS.put(fact.name(), fact);
        }
    }

    private HeaderTemplates() {}

    static HeaderTemplate compile(String value, At at) throws Refusal {
        HttpText.checkValue(value, at);
        List<Part> parts = new ArrayList<>(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '%') {
                text.append(c);
                continue;
            }
            int end = endOfOperator(value, i, at);
            if (end == i + 1) {
                text.append('%');
            } else {
                if (!text.isEmpty()) {
                    parts.add(new Part.Text(text.toString()));
                    text.setLength(0);
                }
                parts.add(operator(value.substring(i + 1, end), at));
            }
            i = end;
        }
        if (!text.isEmpty() || parts.isEmpty()) {
            parts.add(new Part.Text(text.toString()));
        }
        return new HeaderTemplate(parts);
    }

    /** The percent sign that ends what {@code from} begins; arguments may hold some, too. */
    private static int endOfOperator(String value, int from, At at) throws Refusal {
        int arguments = value.indexOf('(', from);
        int end = value.indexOf('%', from + 1);
        if (arguments > 0 && arguments < end) {
            int closed = value.indexOf(')', arguments);
            end = closed < 0 ? -1 : value.indexOf('%', closed);
        }
        if (end < 0) {
            throw at.refuse("% at " + from + " has no end; %% is a percent sign");
        }
        return end;
    }

    private static Part operator(String operator, At at) throws Refusal {
        HeaderFact fact = FACTS.get(operator);
        if (fact != null) {
            return new Part.Known(fact);
        }
        boolean ofResponse = operator.startsWith("RESP(");
        int closed = operator.lastIndexOf(')');
        if (closed < 0 || !ofResponse && !operator.startsWith("REQ(")) {
            throw at.refuse("%" + operator + "% is unknown");
        }
        String names = operator.substring(ofResponse ? 5 : 4, closed);
        int other = names.indexOf('?');
        return new Part.Header(
                ofResponse,
                name(other < 0 ? names : names.substring(0, other), at),
                other < 0 ? null : name(names.substring(other + 1), at),
                length(operator, operator.substring(closed + 1), at));
    }

    private static String name(String name, At at) throws Refusal {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!HttpText.isName(lower.startsWith(":") ? lower.substring(1) : lower)) {
            throw at.refuse("\"" + name + "\" is no header's name");
        }
        return lower;
    }

    private static int length(String operator, String rest, At at) throws Refusal {
        if (rest.isEmpty()) {
            return 0;
        }
        try {
            int length = rest.startsWith(":") ? Integer.parseInt(rest.substring(1)) : 0;
            if (length > 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw at.refuse("%" + operator + "%: \"" + rest + "\" is no length");
    }
}
