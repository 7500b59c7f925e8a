package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads subjects of a ServiceRoleBinding. {@code *} and {@code allUsers} are everybody, {@code
 * allAuthenticatedUsers} is who has a certificate.
 */
final class SubjectReader {

    private static final Set<String> EVERYBODY = Set.of("*", "allUsers");
    private static final String AUTHENTICATED = "allAuthenticatedUsers";
    private static final Attribute GROUPS = new Attribute(Kind.CLAIM, List.of("groups"));

    private final Conditions conditions;

    SubjectReader(Conditions conditions) {
        this.conditions = conditions;
    }

    /** The subject, or nothing where nobody can be it. */
    List<Part> read(Fields subject) {
        var tests = new ArrayList<Test>();
        boolean nobody = false;
        boolean asks = false;
        String user = subject.string("user");
        List<String> names = Checks.texts(subject, "names");
        List<String> notNames = Checks.texts(subject, "notNames");
        if (!user.isEmpty()) {
            asks = true;
            principal(tests, List.of(user));
        }
        if (!names.isEmpty()) {
            asks = true;
            principal(tests, names);
        }
        if (!notNames.isEmpty()) {
            asks = true;
            nobody = notNames.stream().anyMatch(EVERYBODY::contains);
            tests.add(new Test(Attribute.of(Kind.PRINCIPAL), List.of(), identities(notNames)));
        }
        String group = subject.string("group");
        if (!group.isEmpty()) {
            tests.add(new Test(GROUPS, List.of(group), List.of()));
        }
        test(tests, subject, "groups", "notGroups", GROUPS);
        test(tests, subject, "namespaces", "notNamespaces", Attribute.of(Kind.NAMESPACE));
        test(tests, subject, "ips", "notIps", Attribute.of(Kind.SOURCE_IP));
        for (Map.Entry<String, String> property : subject.strings("properties").entrySet()) {
            asks = true;
            property(tests, subject, property.getKey(), property.getValue());
        }
        if (!asks && tests.isEmpty()) {
            subject.wrong("says nothing");
        }
        return nobody ? List.of() : List.of(new Part(tests));
    }

    private static void principal(List<Test> tests, List<String> names) {
        if (names.stream().noneMatch(EVERYBODY::contains)) {
            tests.add(new Test(Attribute.of(Kind.PRINCIPAL), identities(names), List.of()));
        }
    }

    private static List<String> identities(List<String> names) {
        return names.stream().map(name -> name.equals(AUTHENTICATED) ? "*" : name).toList();
    }

    private void test(
            List<Test> tests, Fields subject, String name, String not, Attribute attribute) {
        Test test =
                new Test(
                        attribute,
                        conditions.values(subject, name, attribute.kind()),
                        conditions.values(subject, not, attribute.kind()));
        if (!test.values().isEmpty() || !test.notValues().isEmpty()) {
            tests.add(test);
        }
    }

    private static void property(List<Test> tests, Fields subject, String key, String value) {
        if (value.isEmpty()) {
            subject.problemBelow("properties", key, "is empty");
            return;
        }
        if (key.equals("source.principal")) {
            principal(tests, List.of(value));
            return;
        }
        String known = key.equals("source.user") ? "source.principal" : key;
        Attribute attribute = Conditions.known(known);
        if (attribute == null || !attribute.kind().isOfCaller()) {
            subject.problemBelow("properties", key, "unknown property: " + Problem.NOT_SUPPORTED);
            return;
        }
        String problem = Conditions.problem(value, attribute.kind());
        if (!problem.isEmpty()) {
            subject.problemBelow("properties", key, "\"" + value + "\" " + problem);
            return;
        }
        tests.add(new Test(attribute, List.of(value), List.of()));
    }
}
