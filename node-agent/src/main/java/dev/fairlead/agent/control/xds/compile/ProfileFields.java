package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.fairlead.wire.v1.workload.Enrolment;
import dev.fairlead.wire.v1.workload.Exclusions;
import dev.fairlead.wire.v1.workload.Workload;
import java.util.List;
import java.util.Set;

/**
 * The allow-list of profile 8: for each message type the fields that are honoured, and for each Any
 * field the types that it may hold. A type that is not here may be present only empty.
 */
final class ProfileFields {

    private static final FieldTable TABLE = new FieldTable();
    private static final String WELL_KNOWN = "google.protobuf.";

    private ProfileFields() {}

    static {
        ListenerFields.declare(TABLE);
        TransportFields.declare(TABLE);
        RouteFields.declare(TABLE);
        ClusterFields.declare(TABLE);
        CheckFields.declare(TABLE);
        TokenFields.declare(TABLE);
        TABLE.allow(
                Workload.getDescriptor(),
                Workload.getDescriptor().getFields().stream()
                        .map(FieldDescriptor::getName)
                        .toArray(String[]::new));
        TABLE.allow(Enrolment.getDescriptor(), "namespaces");
        TABLE.allow(
                Exclusions.getDescriptor(), "inbound_ports", "outbound_ports", "outbound_cidrs");
    }

    /** Whether {@code field} may be set. */
    static boolean allows(FieldDescriptor field) {
        return TABLE.has(field) || field.getContainingType().getFullName().startsWith(WELL_KNOWN);
    }

    /** Default instances of what an Any field may hold. */
    static List<Message> typesOf(FieldDescriptor field) {
        return TABLE.typesOf(field);
    }

    /** What an Any field holds, in words: {@code network filter}. */
    static String kindOf(FieldDescriptor field) {
        return TABLE.kindOf(field);
    }

    /** Every field that may be set. */
    static Set<FieldDescriptor> all() {
        return TABLE.all();
    }

    /** Default instances of all that may stand in a typed_config. */
    static List<Message> typedConfigs() {
        return TABLE.types();
    }
}
