package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.v1.workload.Exclusions;
import dev.fairlead.wire.v1.workload.Workload;
import java.util.Set;

/** Writes what agents know of pods. */
final class WorkloadGenerator {

    private WorkloadGenerator() {}

    static VersionedResource workload(PodView view, String trustDomain) {
        Pod pod = view.pod();
        Workload workload =
                Workload.newBuilder()
                        .setUid(pod.uid())
                        .setNamespace(pod.namespace())
                        .setName(pod.meta().name())
                        .setServiceAccount(pod.serviceAccount())
                        .setTrustDomain(trustDomain)
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
                                        .addAllOutboundCidrs(pod.exclusions().outboundCidrs()))
                        .build();
        return VersionedResource.of(pod.uid(), workload, Set.of());
    }
}
