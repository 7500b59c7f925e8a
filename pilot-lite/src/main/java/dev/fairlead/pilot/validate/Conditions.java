package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    private static Attribute attribute(Fields condition, String key) {
        Kind kind = KEYS.get(key);
        if (kind != null) {
            return Attribute.of(kind);
        }
        int bracket = key.indexOf('[');
        String before = bracket < 0 ? key : key.substring(0, bracket);
        boolean header = before.equals(HEADERS);
        boolean claim = before.equals(CLAIMS);
        if (!header && !claim && !key.startsWith(METADATA)) {
            condition.problem("key", "unknown key " + key);
            return NONE;
        }
        if (bracket < 0 || !key.endsWith("]") || key.length() < bracket + 3) {
            condition.problem("key", key + " needs a name in brackets");
            return NONE;
        }
        String name = key.substring(bracket + 1, key.length() - 1);
        if (header) {
            if (!PSEUDO.contains(name) && !StringMatches.isHeaderName(name)) {
                condition.problem("key", "\"" + name + "\" is no header");
            }
            return new Attribute(Kind.HEADER, List.of(Fields.lower(name)));
        }
        if (claim) {
            List<String> path = List.of(name.split("\\]\\[", -1));
            if (path.contains("")) {
                condition.problem("key", key + " has an empty name");
            }
            return new Attribute(Kind.CLAIM, path);
        }
        return new Attribute(
                Kind.FILTER_METADATA, List.of(before.substring(EXPERIMENTAL.length()), name));
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

    private static String problem(String value, Kind kind) {
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
