package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.RuleOutcome;

/** The rules in a pod's namespace. Each call waits until it is done; each may be repeated. */
public interface CaptureRules {

    /** Rules that capture, in place or repaired. */
    RuleOutcome capture(LocalPod pod);

    /** No new connection is captured, held ones go on. */
    RuleOutcome drain(LocalPod pod);

    /** Nothing of ours is left. */
    RuleOutcome clean(LocalPod pod);
}
