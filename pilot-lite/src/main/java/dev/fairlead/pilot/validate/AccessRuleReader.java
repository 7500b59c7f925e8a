package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule;
import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import dev.fairlead.pilot.state.Meta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads one rule of an AuthorizationPolicy. What {@code when} asks holds beside each source, or
 * each operation.
 */
final class AccessRuleReader {

    private static final Map<String, Kind> SOURCES =
            Map.of(
                    "principals", Kind.PRINCIPAL,
                    "requestPrincipals", Kind.REQUEST_PRINCIPAL,
                    "namespaces", Kind.NAMESPACE,
                    "serviceAccounts", Kind.SERVICE_ACCOUNT,
                    "trustDomains", Kind.TRUST_DOMAIN,
                    "ipBlocks", Kind.SOURCE_IP,
                    "remoteIpBlocks", Kind.REMOTE_IP);

    /** In the order in which they are looked at: identity first. */
    private static final List<String> SOURCE_FIELDS =
            List.of(
                    "principals",
                    "requestPrincipals",
                    "serviceAccounts",
                    "trustDomains",
                    "namespaces",
                    "remoteIpBlocks",
                    "ipBlocks");

    private static final Map<String, Kind> OPERATIONS =
            Map.of(
                    "hosts", Kind.HOST,
                    "methods", Kind.METHOD,
                    "paths", Kind.PATH,
                    "ports", Kind.DESTINATION_PORT);
    private static final List<String> OPERATION_FIELDS =
            List.of("hosts", "methods", "paths", "ports");

    private final Conditions conditions;

    AccessRuleReader(Meta meta) {
        conditions = new Conditions(meta.namespace());
    }

    AccessRule read(Fields rule) {
        given(rule, "from");
        given(rule, "to");
        List<Part> from = rule.list("from", entry -> part(entry, "source"));
        List<Part> to = rule.list("to", entry -> part(entry, "operation"));
        List<Test> when = rule.list("when", conditions::read);
        List<Test> ofCaller = when.stream().filter(test -> isOfCaller(test)).toList();
        List<Test> others = when.stream().filter(test -> !isOfCaller(test)).toList();
        return new AccessRule(with(from, ofCaller), with(to, others));
    }

    private static boolean isOfCaller(Test test) {
        return test.attribute().kind().isOfCaller();
    }

    private static List<Part> with(List<Part> parts, List<Test> more) {
        List<Part> given = parts.isEmpty() ? List.of(Part.ANYTHING) : parts;
        return given.stream()
                .map(part -> {
                    List<Test> tests = new ArrayList<>(part.tests());
                    tests.addAll(more);
                    return new Part(tests);
                })
                .toList();
    }

    /** A list that is there is not empty: it would match nothing. */
    private static void given(Fields rule, String name) {
        if (rule.has(name) && rule.size(name) == 0) {
            rule.problem(name, "is empty");
        }
    }

    private Part part(Fields entry, String name) {
        Part part = entry.object(name, name.equals("source") ? this::source : this::operation);
        if (part == null) {
            entry.problem(name, "is needed");
            return Part.ANYTHING;
        }
        return part;
    }

    private Part source(Fields source) {
        boolean accounts = source.has("serviceAccounts") || source.has("notServiceAccounts");
        if (accounts
                && (source.has("principals")
                        || source.has("notPrincipals")
                        || source.has("namespaces")
                        || source.has("notNamespaces"))) {
            source.problem("serviceAccounts", "cannot be given with principals or namespaces");
        }
        return part(source, SOURCE_FIELDS, SOURCES);
    }

    private Part operation(Fields operation) {
        return part(operation, OPERATION_FIELDS, OPERATIONS);
    }

    private Part part(Fields fields, List<String> names, Map<String, Kind> kinds) {
        List<Test> tests = new ArrayList<>();
        for (String name : names) {
            Kind kind = kinds.getOrDefault(name, Kind.HOST);
            Test test =
                    new Test(
                            Attribute.of(kind),
                            conditions.values(fields, name, kind),
                            conditions.values(fields, negated(name), kind));
            if (!test.values().isEmpty() || !test.notValues().isEmpty()) {
                tests.add(test);
            }
        }
        if (tests.isEmpty()) {
            fields.wrong("says nothing");
        }
        return new Part(tests);
    }

    private static String negated(String name) {
        return "not" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }
}
