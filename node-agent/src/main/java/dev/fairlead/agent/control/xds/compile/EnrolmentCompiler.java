package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.wire.v1.workload.Enrolment;
import java.util.Set;

/** Our own {@code fairlead.wire.v1.Enrolment} to the namespaces that ask for capture. */
public final class EnrolmentCompiler extends ResourceCompiler<Enrolment, Set<String>> {

    /** Name of the one resource of this type. */
    public static final String NAME = "enrolment";

    public EnrolmentCompiler() {
        super(Enrolment.class);
    }

    @Override
    Outcome<Set<String>> translate(Enrolment enrolment) throws Refusal {
        for (int i = 0; i < enrolment.getNamespacesCount(); i++) {
            Values.notEmpty(enrolment.getNamespaces(i), At.ROOT.element("namespaces", i));
        }
        return new Outcome.Compiled<>(Set.copyOf(enrolment.getNamespacesList()), References.NONE);
    }

    @Override
    String nameOf(Enrolment enrolment) {
        return NAME;
    }

    @Override
    String nameField() {
        return "";
    }
}
