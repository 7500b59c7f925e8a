package dev.fairlead.pilot.state;

import dev.fairlead.wire.enrolment.PodWord;
import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;
import java.util.Map;

/**
 * A pod that runs or is about to.
 *
 * @param addresses its IPs, primary first; empty before it has one
 * @param workload name of the Deployment that owns it, else of its owner, else its own
 * @param ports container ports by name
 * @param word what it says of its being in the mesh
 */
public record Pod(
        Meta meta,
        String node,
        String serviceAccount,
        Map<String, String> labels,
        List<String> addresses,
        String workload,
        Map<String, Integer> ports,
        Exclusions exclusions,
        PodWord word) {

    public Pod {
        labels = Map.copyOf(labels);
        addresses = List.copyOf(addresses);
        ports = Map.copyOf(ports);
    }

    /** What the pod's annotations keep out of capture. */
    public record Exclusions(
            List<Integer> inboundPorts, List<Integer> outboundPorts, List<String> outboundCidrs) {

        public static final Exclusions NONE = new Exclusions(List.of(), List.of(), List.of());

        public Exclusions {
            inboundPorts = List.copyOf(inboundPorts);
            outboundPorts = List.copyOf(outboundPorts);
            outboundCidrs = List.copyOf(outboundCidrs);
        }
    }

    public String uid() {
        return meta.uid();
    }

    public String namespace() {
        return meta.namespace();
    }

    public SpiffeId identity(String trustDomain) {
        return new SpiffeId(trustDomain, namespace(), serviceAccount);
    }
}
