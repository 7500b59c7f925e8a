package dev.fairlead.agent.data.authz;

import dev.fairlead.agent.model.request.TextTest;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which headers an authorizer's answer may bring. */
final class HeaderRules {

    /** They say where a message ends, or concern one hop, or who the caller is. */
    private static final Set<String> KEPT =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "x-forwarded-client-cert");

    private static final String MARKS = "!#$%&'*+-.^_`|~";

    private HeaderRules() {}

    /** Whether a header of that name may be set at all. */
    static boolean mayBeSet(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.isEmpty() || KEPT.contains(lower)) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || MARKS.indexOf(c) >= 0)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it ends no line. */
    static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    static boolean any(List<TextTest> tests, String name) {
        for (int i = 0; i < tests.size(); i++) {
            if (tests.get(i).matches(name)) {
                return true;
            }
        }
        return false;
    }
}
