package dev.fairlead.pilot.validate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Set;

/**
 * Checks values of headers that routes set. {@code %%} is a percent sign, {@code %…%} a fact of the
 * request, of which agents know some.
 *
 * <p>Source: Envoy, "Custom request/response headers", command operators.
 */
final class HeaderValues {

    private static final Set<String> FACTS =
            Set.of(
                    "DOWNSTREAM_REMOTE_ADDRESS",
                    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
                    "DOWNSTREAM_REMOTE_PORT",
                    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
                    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
                    "DOWNSTREAM_DIRECT_REMOTE_PORT",
                    "DOWNSTREAM_LOCAL_ADDRESS",
                    "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
                    "DOWNSTREAM_LOCAL_PORT",
                    "START_TIME",
                    "PROTOCOL",
                    "RESPONSE_CODE",
                    "ROUTE_NAME",
                    "UPSTREAM_CLUSTER",
                    "HOSTNAME");

    private static final String NAME = ":?[!#$&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern HEADER =
            Pattern.compile("(REQ|RESP)\\(" + NAME + "(\\?" + NAME + ")?\\)(:[1-9][0-9]{0,4})?");
    private static final Pattern OPERATOR =
            Pattern.compile("%([A-Z][A-Z0-9_]*(\\([^()]*\\))?(:[0-9]+)?)?%");

    private HeaderValues() {}

    /** What is wrong with a value, or "". */
    static String problem(String value) {
        if (hasControl(value)) {
            return "has characters that no header may have";
        }
        Matcher operators = OPERATOR.matcher(value);
        int at = 0;
        while (operators.find()) {
            if (value.substring(at, operators.start()).indexOf('%') >= 0) {
                break;
            }
            String operator = operators.group(1);
            if (operator != null
                    && !FACTS.contains(operator)
                    && !HEADER.matcher(operator).matches()) {
                return "%" + operator + "%: " + Problem.NOT_SUPPORTED;
            }
            at = operators.end();
        }
        return value.indexOf('%', at) < 0 ? "" : "has a % that belongs to nothing; %% is one";
    }

    /** Whether it means just what it says. */
    static boolean isPlain(String value) {
        return !hasControl(value) && value.indexOf(' ') < 0;
    }

    private static boolean hasControl(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 127 || c > 255) {
                return true;
            }
        }
        return false;
    }
}
