package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.RuleOutcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pod's rules on its way: what fails is told of, what was damaged is counted. */
final class RuleKeeper {

    private static final Logger log = LoggerFactory.getLogger(RuleKeeper.class);

    private final CaptureRules rules;
    private final EnrolmentCounters counters;

    RuleKeeper(CaptureRules rules, EnrolmentCounters counters) {
        this.rules = rules;
        this.counters = counters;
    }

    /** Why the rules could not be put in place; null: they are. */
    @Nullable String capture(LocalPod pod) {
        var outcome = rules.capture(pod);
        return outcome.good() ? null : "rules: " + outcome;
    }

    void drain(LocalPod pod) {
        warnUnlessGood("drain", pod, rules.drain(pod));
    }

    void clean(LocalPod pod) {
        warnUnlessGood("clean", pod, rules.clean(pod));
    }

    /** Looks at the rules of a captured pod, and repairs them. */
    void repair(LocalPod pod) {
        var outcome = rules.capture(pod);
        if (outcome instanceof RuleOutcome.Changed(var repaired)) {
            counters.repaired.incrementAndGet();
            log.warn(
                    "pod's rules repaired uid={} pod={} were=\"{}\"",
                    pod.uid(),
                    pod.display(),
                    repaired);
        }
        warnUnlessGood("repair", pod, outcome);
    }

    private static void warnUnlessGood(String step, LocalPod pod, RuleOutcome outcome) {
        if (!outcome.good()) {
            log.warn(
                    "pod's rules not as they should be step={} uid={} pod={} outcome=\"{}\"",
                    step,
                    pod.uid(),
                    pod.display(),
                    outcome);
        }
    }
}
