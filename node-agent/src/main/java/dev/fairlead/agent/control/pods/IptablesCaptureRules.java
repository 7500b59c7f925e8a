package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.Backend;
import dev.fairlead.iptables.Cidr;
import dev.fairlead.iptables.PodRules;
import dev.fairlead.iptables.RuleApplier;
import dev.fairlead.iptables.RuleOutcome;

/** {@link CaptureRules} by the system's iptables. */
public final class IptablesCaptureRules implements CaptureRules {

    private final RuleApplier applier;

    public IptablesCaptureRules(Backend backend) {
        this.applier = new RuleApplier(backend);
    }

    @Override
    public RuleOutcome capture(LocalPod pod) {
        return applier.apply(pod.netns(), rulesOf(pod)::captured);
    }

    @Override
    public RuleOutcome drain(LocalPod pod) {
        return applier.apply(pod.netns(), rulesOf(pod)::draining);
    }

    @Override
    public RuleOutcome clean(LocalPod pod) {
        return applier.clean(pod.netns());
    }

    /** IllegalArgumentException says which exclusion is no port or block of addresses. */
    static PodRules rulesOf(LocalPod pod) {
        var exclusions = pod.exclusions();
        return PodRules.excluding(
                exclusions.inboundPorts(),
                exclusions.outboundPorts(),
                exclusions.outboundCidrs().stream().map(Cidr::parse).toList());
    }
}
