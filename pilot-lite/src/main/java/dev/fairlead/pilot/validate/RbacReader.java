package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.AccessRule.Attribute;
import dev.fairlead.pilot.state.AccessRule.Kind;
import dev.fairlead.pilot.state.AccessRule.Part;
import dev.fairlead.pilot.state.AccessRule.Test;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.RbacObject;
import dev.fairlead.pilot.state.RbacObject.Binding;
import dev.fairlead.pilot.state.RbacObject.Config;
import dev.fairlead.pilot.state.RbacObject.Mode;
import dev.fairlead.pilot.state.RbacObject.Permit;
import dev.fairlead.pilot.state.RbacObject.Role;
import dev.fairlead.pilot.state.RbacObject.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the specs of {@code rbac.istio.io}. Source: istio/api 1.2, rbac.proto. */
final class RbacReader {

    private static final String DESTINATION = "destination.";
    private static final String LABELS = "labels[";
    private static final int MAX_PORT = 65_535;

    private final Meta meta;
    private final Conditions conditions;

    RbacReader(Meta meta) {
        this.meta = meta;
        this.conditions = new Conditions(meta.namespace());
    }

    Config clusterConfig(Fields spec) {
        return config(spec, true);
    }

    Config config(Fields spec) {
        return config(spec, false);
    }

    private Config config(Fields spec, boolean cluster) {
        if (!meta.name().equals(RbacObject.DEFAULT)) {
            spec.wrong("must be named " + RbacObject.DEFAULT + ", not " + meta.name());
        }
        Mode given = spec.choice("mode", Mode.values());
        Mode mode = given == null ? Mode.OFF : given;
        Target inclusion = spec.object("inclusion", RbacReader::target);
        Target exclusion = spec.object("exclusion", RbacReader::target);
        Target target = mode == Mode.ON_WITH_INCLUSION ? inclusion : exclusion;
        return new Config(
                meta,
                cluster,
                mode,
                target == null ? Target.NONE : target,
                permissive(spec, "enforcementMode"));
    }

    private static Target target(Fields target) {
        target.notYet("workloadSelectors");
        return new Target(Checks.texts(target, "services"), Checks.texts(target, "namespaces"));
    }

    private enum Enforcement {
        ENFORCED,
        PERMISSIVE
    }

    private static boolean permissive(Fields spec, String name) {
        return spec.choice(name, Enforcement.values()) == Enforcement.PERMISSIVE;
    }

    Role role(Fields spec) {
        List<Permit> permits = spec.list("rules", this::permit);
        if (spec.size("rules") == 0) {
            spec.problem("rules", "at least one is needed");
        }
        return new Role(meta, permits);
    }

    private Permit permit(Fields rule) {
        List<Test> tests = new ArrayList<>();
        test(tests, rule, "hosts", "notHosts", Kind.HOST);
        test(tests, rule, "methods", "notMethods", Kind.METHOD);
        test(tests, rule, "paths", "notPaths", Kind.PATH);
        List<String> ports = ports(rule, "ports");
        List<String> notPorts = ports(rule, "notPorts");
        if (!ports.isEmpty() || !notPorts.isEmpty()) {
            tests.add(new Test(Attribute.of(Kind.DESTINATION_PORT), ports, notPorts));
        }
        Map<String, List<String>> workload = new HashMap<>();
        rule.list("constraints", constraint -> constraint(constraint, workload, tests));
        return new Permit(Checks.texts(rule, "services"), workload, new Part(tests));
    }

    private void test(List<Test> tests, Fields fields, String name, String not, Kind kind) {
        Test test =
                new Test(
                        Attribute.of(kind),
                        conditions.values(fields, name, kind),
                        conditions.values(fields, not, kind));
        if (!test.values().isEmpty() || !test.notValues().isEmpty()) {
            tests.add(test);
        }
    }

    private static List<String> ports(Fields rule, String name) {
        List<String> ports = new ArrayList<>();
        for (int port : rule.integerList(name, 1, MAX_PORT)) {
            ports.add(Integer.toString(port));
        }
        return ports;
    }

    /** What is known of the called pod is compared here and now, the rest with requests. */
    private boolean constraint(
            Fields constraint, Map<String, List<String>> workload, List<Test> tests) {
        String key = Checks.needed(constraint, "key");
        if (constraint.size("values") == 0) {
            constraint.problem("values", "at least one is needed");
        }
        String ofPod = key.startsWith(DESTINATION) ? key.substring(DESTINATION.length()) : "";
        boolean label = ofPod.startsWith(LABELS) && ofPod.endsWith("]");
        if (label || ofPod.matches("name|namespace|user")) {
            workload.put(ofPod, Checks.texts(constraint, "values"));
            return true;
        }
        Attribute attribute = key.isEmpty() ? null : conditions.attribute(constraint, key);
        if (attribute != null) {
            if (attribute.kind().isOfCaller() && attribute.kind() != Kind.HEADER) {
                constraint.problem("key", key + " is the caller's: a property of a subject");
            }
            tests.add(
                    new Test(
                            attribute,
                            conditions.values(constraint, "values", attribute.kind()),
                            List.of()));
        }
        return true;
    }

    Binding binding(Fields spec) {
        List<Part> subjects = new ArrayList<>();
        spec.list("subjects", new SubjectReader(conditions)::read).forEach(subjects::addAll);
        if (spec.size("subjects") == 0) {
            spec.problem("subjects", "at least one is needed");
        }
        String name = spec.object("roleRef", RbacReader::roleRef);
        String role = spec.string("role");
        List<Permit> permits = spec.list("actions", this::permit);
        int given = (name == null ? 0 : 1) + (role.isEmpty() ? 0 : 1) + (permits.isEmpty() ? 0 : 1);
        if (given != 1) {
            spec.problem("roleRef", "one of roleRef, role, actions is needed");
        }
        boolean root = role.startsWith("/");
        return new Binding(
                meta,
                name != null ? name : root ? role.substring(1) : role,
                root,
                permits,
                subjects,
                permissive(spec, "mode"));
    }

    private static String roleRef(Fields ref) {
        String kind = ref.string("kind");
        if (!kind.equals("ServiceRole")) {
            ref.problem("kind", "must be ServiceRole");
        }
        return Checks.needed(ref, "name");
    }
}
