package dev.fairlead.agent.model.workload;

import java.util.List;

/** What is not captured of a pod: destination ports inwards and outwards, CIDRs outwards. */
public record CaptureExclusions(
        List<Integer> inboundPorts, List<Integer> outboundPorts, List<String> outboundCidrs) {

    public static final CaptureExclusions NONE =
            new CaptureExclusions(List.of(), List.of(), List.of());

    public CaptureExclusions {
        inboundPorts = List.copyOf(inboundPorts);
        outboundPorts = List.copyOf(outboundPorts);
        outboundCidrs = List.copyOf(outboundCidrs);
    }
}
