package dev.fairlead.pilot.validate;

import java.util.List;
import java.util.Set;

/** Checks the spec of an AuthorizationPolicy. Source: istio.io "Authorization Policy". */
final class AuthorizationPolicyCheck {

    private static final Set<String> KEYS =
            Set.of(
                    "source.ip",
                    "remote.ip",
                    "source.namespace",
                    "source.principal",
                    "source.serviceAccount",
                    "source.trustDomain",
                    "request.auth.principal",
                    "request.auth.audiences",
                    "request.auth.presenter",
                    "destination.ip",
                    "destination.port",
                    "connection.sni");
    private static final Set<String> RANGES = Set.of("source.ip", "remote.ip", "destination.ip");
    private static final List<String> PATTERNED =
            List.of("request.headers[", "request.auth.claims[", "experimental.envoy.filters.");
    private static final int MAX_PORT = 65_535;

    private AuthorizationPolicyCheck() {}

    static void check(Fields spec) {
        Checks.targets(spec);
        String action = spec.string("action");
        if (!Set.of("", "ALLOW", "DENY", "AUDIT", "CUSTOM").contains(action)) {
            spec.problem("action", "unknown value " + action);
        }
        if (action.equals("CUSTOM") != spec.has("provider")) {
            spec.problem("provider", "is needed with CUSTOM, and only then");
        }
        spec.object("provider", provider -> Checks.needed(provider, "name"));
        int rules = spec.list("rules", AuthorizationPolicyCheck::rule).size();
        if (action.equals("CUSTOM") && rules == 0) {
            spec.problem("rules", "at least one is needed with CUSTOM");
        }
    }

    private static boolean rule(Fields rule) {
        given(rule, "from");
        given(rule, "to");
        rule.list("from", from -> part(from, "source", AuthorizationPolicyCheck::source));
        rule.list("to", to -> part(to, "operation", AuthorizationPolicyCheck::operation));
        rule.list("when", AuthorizationPolicyCheck::condition);
        return true;
    }

    /** A list that is there is not empty: it would match nothing. */
    private static void given(Fields rule, String name) {
        if (rule.has(name) && rule.size(name) == 0) {
            rule.problem(name, "is empty");
        }
    }

    private static boolean part(
            Fields entry, String name, java.util.function.Function<Fields, Boolean> read) {
        if (entry.object(name, read) == null) {
            entry.problem(name, "is needed");
        }
        return true;
    }

    private static boolean source(Fields source) {
        int given = 0;
        for (String name :
                List.of("principals", "requestPrincipals", "namespaces", "trustDomains")) {
            given += Checks.texts(source, name).size();
            given += Checks.texts(source, negated(name)).size();
        }
        for (String name : List.of("ipBlocks", "remoteIpBlocks")) {
            given += source.size(name) + source.size(negated(name));
            Checks.ranges(source, name);
            Checks.ranges(source, negated(name));
        }
        int accounts = Checks.texts(source, "serviceAccounts").size();
        accounts += Checks.texts(source, "notServiceAccounts").size();
        if (given + accounts == 0) {
            source.wrong("says nothing");
        }
        if (accounts > 0
                && List.of("principals", "notPrincipals", "namespaces", "notNamespaces").stream()
                        .anyMatch(source::has)) {
            source.problem("serviceAccounts", "cannot be given with principals or namespaces");
        }
        return true;
    }

    private static boolean operation(Fields operation) {
        int given = 0;
        for (String name : List.of("hosts", "methods", "paths")) {
            given += Checks.texts(operation, name).size();
            given += Checks.texts(operation, negated(name)).size();
        }
        for (String name : List.of("ports", "notPorts")) {
            List<String> ports = Checks.texts(operation, name);
            given += ports.size();
            for (int i = 0; i < ports.size(); i++) {
                port(operation, name + "[" + i + "]", ports.get(i));
            }
        }
        if (given == 0) {
            operation.wrong("says nothing");
        }
        return true;
    }

    private static void port(Fields fields, String where, String text) {
        if (!text.isEmpty()
                && (!text.matches("[0-9]{1,5}")
                        || Integer.parseInt(text) < 1
                        || Integer.parseInt(text) > MAX_PORT)) {
            fields.problem(where, "\"" + text + "\" is not a port");
        }
    }

    private static boolean condition(Fields condition) {
        String key = Checks.needed(condition, "key");
        if (!key.isEmpty()
                && !KEYS.contains(key)
                && PATTERNED.stream().noneMatch(key::startsWith)) {
            condition.problem("key", "unknown key " + key);
        }
        if (condition.size("values") + condition.size("notValues") == 0) {
            condition.wrong("values or notValues are needed");
        }
        for (String name : List.of("values", "notValues")) {
            if (RANGES.contains(key)) {
                Checks.ranges(condition, name);
            } else {
                List<String> values = Checks.texts(condition, name);
                for (int i = 0; i < values.size() && key.equals("destination.port"); i++) {
                    port(condition, name + "[" + i + "]", values.get(i));
                }
            }
        }
        return true;
    }

    private static String negated(String name) {
        return "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
