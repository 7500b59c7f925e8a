package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what one attribute is compared with, in AuthorizationPolicies. */
final class Conditions {

    private static final Map<String, Kind> KEYS =
            Map.ofEntries(
                    Map.entry("source.ip", Kind.SOURCE_IP),
                    Map.entry("remote.ip", Kind.REMOTE_IP),
                    Map.entry("source.namespace", Kind.NAMESPACE),
                    Map.entry("source.principal", Kind.PRINCIPAL),
                    Map.entry("source.serviceAccount", Kind.SERVICE_ACCOUNT),
                    Map.entry("source.trustDomain", Kind.TRUST_DOMAIN),
                    Map.entry("request.auth.principal", Kind.REQUEST_PRINCIPAL),
                    Map.entry("request.auth.audiences", Kind.AUDIENCES),
                    Map.entry("request.auth.presenter", Kind.PRESENTER),
                    Map.entry("destination.ip", Kind.DESTINATION_IP),
                    Map.entry("destination.port", Kind.DESTINATION_PORT),
                    Map.entry("connection.sni", Kind.SNI));
    private static final String HEADERS = "request.headers";
    private static final Set<String> PSEUDO = Set.of(":authority", ":method", ":path", ":scheme");
    private static final String CLAIMS = "request.auth.claims";
    private static final String EXPERIMENTAL = "experimental.";
    private static final String METADATA = EXPERIMENTAL + "envoy.filters.";
    private static final String NEXT = "\\]\\["; // between the names of a path
    private static final int MAX_PORT = 65_535;
    private static final int MAX_ACCOUNTS = 16; // Istio's own bound, as the next
    private static final int MAX_ACCOUNT = 320;
    private static final Attribute NONE = Attribute.of(Kind.SNI);

    private final String namespace;

    /** {@code namespace}: of accounts that are given without one. */
    Conditions(String namespace) {
        this.namespace = namespace;
    }

    Test read(Fields condition) {
        String key = Checks.needed(condition, "key");
        Attribute attribute = key.isEmpty() ? NONE : attribute(condition, key);
        List<String> values = values(condition, "values", attribute.kind());
        List<String> notValues = values(condition, "notValues", attribute.kind());
        if (condition.size("values") + condition.size("notValues") == 0) {
            condition.wrong("values or notValues are needed");
        }
        return new Test(attribute, values, notValues);
    }

    /** What a key names; if nothing, that is a problem and any attribute is returned. */
    Attribute attribute(Fields condition, String key) {
        Attribute known = known(key);
        if (known == null) {
            condition.problem("key", wrong(key));
            return NONE;
        }
        return known;
    }

    /** What a key names, or null. */
    static @Nullable Attribute known(String key) {
        Kind kind = KEYS.get(key);
        if (kind != null) {
            return Attribute.of(kind);
        }
        if (!wrong(key).isEmpty()) {
            return null;
        }
        int bracket = key.indexOf('[');
        String before = key.substring(0, bracket);
        String name = key.substring(bracket + 1, key.length() - 1);
        return switch (before) {
            case HEADERS -> new Attribute(Kind.HEADER, List.of(Fields.lower(name)));
            case CLAIMS -> new Attribute(Kind.CLAIM, List.of(name.split(NEXT, -1)));
            default ->
                    new Attribute(
                            Kind.FILTER_METADATA,
                            List.of(before.substring(EXPERIMENTAL.length()), name));
        };
    }

    /** What is wrong with a key that is to have a name in brackets, or "". */
    private static String wrong(String key) {
        int bracket = key.indexOf('[');
        String before = bracket < 0 ? key : key.substring(0, bracket);
        boolean header = before.equals(HEADERS);
        boolean claim = before.equals(CLAIMS);
        if (!header && !claim && !key.startsWith(METADATA)) {
            return "unknown key " + key;
        }
        if (bracket < 0 || !key.endsWith("]") || key.length() < bracket + 3) {
            return key + " needs a name in brackets";
        }
        String name = key.substring(bracket + 1, key.length() - 1);
        if (header && !PSEUDO.contains(name) && !StringMatches.isHeaderName(name)) {
            return "\"" + name + "\" is no header";
        }
        return claim && List.of(name.split(NEXT, -1)).contains("")
                ? key + " has an empty name"
                : "";
    }

    /** The values of that name, each checked by what it is compared with. */
    List<String> values(Fields fields, String name, Kind kind) {
        List<String> values = Checks.texts(fields, name);
        for (int i = 0; i < values.size(); i++) {
            String problem = values.get(i).isEmpty() ? "" : problem(values.get(i), kind);
            if (!problem.isEmpty()) {
                fields.problem(name + "[" + i + "]", "\"" + values.get(i) + "\" " + problem);
            }
        }
        if (kind != Kind.SERVICE_ACCOUNT) {
            return values;
        }
        if (values.size() > MAX_ACCOUNTS) {
            fields.problem(name, "more than " + MAX_ACCOUNTS);
        }
        List<String> accounts = new ArrayList<>(values);
        accounts.replaceAll(value -> value.contains("/") ? value : namespace + "/" + value);
        return accounts;
    }

    /** What is wrong with a value, or "". */
    static String problem(String value, Kind kind) {
        return switch (kind) {
            case SOURCE_IP, REMOTE_IP, DESTINATION_IP ->
                    Checks.isRange(value) ? "" : "is no address range";
            case DESTINATION_PORT -> isPort(value) ? "" : "is not a port";
            case SERVICE_ACCOUNT -> account(value);
            case TRUST_DOMAIN ->
                    value.matches("\\*?[^*/]+|[^*/]*\\*")
                            ? ""
                            : "is no trust domain; * may stand at one end";
            case PATH -> PathTemplates.problem(value);
            default -> "";
        };
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}")
                && Integer.parseInt(text) >= 1
                && Integer.parseInt(text) <= MAX_PORT;
    }

    private static String account(String value) {
        int slash = value.indexOf('/');
        boolean form = slash != 0 && slash != value.length() - 1 && value.lastIndexOf('/') == slash;
        return form && !value.contains("*") && value.length() <= MAX_ACCOUNT
                ? ""
                : "is not [namespace/]account";
    }
}
