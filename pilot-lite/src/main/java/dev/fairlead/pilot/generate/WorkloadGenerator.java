package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.enrolment.Enrolment;
import dev.fairlead.wire.v1.workload.Exclusions;
import dev.fairlead.wire.v1.workload.Workload;
import java.util.Collection;
import java.util.Set;

/** Writes what agents know of pods. */
final class WorkloadGenerator {

    private static final String ENROLMENT = "enrolment";

    private WorkloadGenerator() {}

    /** The resource that says which namespaces ask for capture: profile 2. */
    static VersionedResource enrolment(Collection<String> namespaces) {
        return VersionedResource.of(
                ENROLMENT,
                dev.fairlead.wire.v1.workload.Enrolment.newBuilder()
                        .addAllNamespaces(namespaces)
                        .build(),
                Set.of());
    }

    /**
     * @param profile what the agent understands
     */
    static VersionedResource workload(PodView view, MeshSettings mesh, int profile) {
        Pod pod = view.pod();
        Workload.Builder workload =
                Workload.newBuilder()
                        .setUid(pod.uid())
                        .setNamespace(pod.namespace())
                        .setName(pod.meta().name())
                        .setServiceAccount(pod.serviceAccount())
                        .setTrustDomain(mesh.trustDomain())
                        .putAllLabels(pod.labels())
                        .addAllAddresses(pod.addresses())
                        .setNode(pod.node())
                        .setCaptured(view.captured())
                        .setWorkloadName(pod.workload())
                        .addAllServices(view.services())
                        .setExclusions(
                                Exclusions.newBuilder()
                                        .addAllInboundPorts(pod.exclusions().inboundPorts())
                                        .addAllOutboundPorts(pod.exclusions().outboundPorts())
                                        .addAllOutboundCidrs(pod.exclusions().outboundCidrs()));
        if (profile >= Profile.ENROLMENT) {
            enrolment(workload, view.enrolment());
            workload.setIsolated(view.isolated());
        }
        if (profile >= Profile.SCOPED_PODS && !view.scope().equals(pod.namespace())) {
            workload.setScope(view.scope());
        }
        if (profile >= Profile.SECURITY) {
            boolean plaintext = view.modes().mode() == Mode.DISABLE;
            workload.setPlaintext(plaintext);
            for (int port : view.modes().ports()) {
                if ((view.modes().at(port) == Mode.DISABLE) != plaintext) {
                    workload.addOtherwisePorts(port);
                }
            }
        }
        if (profile >= Profile.IDENTITY) {
            workload.addAllTrustDomainAliases(mesh.security().trustDomainAliases());
        }
        return VersionedResource.of(pod.uid(), workload.build(), Set.of());
    }

    private static void enrolment(Workload.Builder workload, Enrolment enrolment) {
        switch (enrolment) {
            case Enrolment.Enrolled _ -> workload.setEnrolled(true);
            case Enrolment.LeftAlone(_, String despite) -> workload.setLeftAlone(despite);
            case Enrolment.Invalid(String reason) -> workload.setLeftAlone(reason);
        }
    }
}
