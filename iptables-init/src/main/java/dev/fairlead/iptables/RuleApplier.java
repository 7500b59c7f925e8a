package dev.fairlead.iptables;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Brings a namespace's rules to what they should be, and says how they differ.
 *
 * <p>Every method first looks (one process), and changes (one more) only what differs: a second
 * apply changes nothing. A table changes whole or not at all. Nothing but chains that start with
 * {@link RuleSet#PREFIX}, the jumps to them and our routing table is touched.
 *
 * <p>Thread: any, the caller waits (about 20 ms a process); one caller at a time for a namespace.
 */
public final class RuleApplier {

    private final RuleScripts scripts;

    public RuleApplier(Backend backend) {
        this.scripts = new RuleScripts(backend);
    }

    /** A place to put rules: where, and what belongs there by family. */
    private record Target(NamespaceShell shell, Function<IpFamily, RuleSet> wanted) {}

    /** Makes the rules of the namespace at {@code netns} be {@code wanted}. */
    public RuleOutcome apply(Path netns, Function<IpFamily, RuleSet> wanted) {
        return apply(new Target(NamespaceShell.in(netns), wanted));
    }

    /** The same for the namespace of this process. */
    public RuleOutcome applyHere(Function<IpFamily, RuleSet> wanted) {
        return apply(new Target(NamespaceShell.here(), wanted));
    }

    /** Whether the rules of the namespace at {@code netns} are {@code wanted}, touching nothing. */
    public RuleOutcome verify(Path netns, Function<IpFamily, RuleSet> wanted) {
        return verify(new Target(NamespaceShell.in(netns), wanted));
    }

    /** The same for the namespace of this process. */
    public RuleOutcome verifyHere(Function<IpFamily, RuleSet> wanted) {
        return verify(new Target(NamespaceShell.here(), wanted));
    }

    /** Removes all that is ours from the namespace at {@code netns}. */
    public RuleOutcome clean(Path netns) {
        return apply(netns, RuleSet::none);
    }

    /** The same for the namespace of this process. */
    public RuleOutcome cleanHere() {
        return applyHere(RuleSet::none);
    }

    /** Puts {@code wanted} into a namespace made for it, and looks: can this machine do it? */
    public RuleOutcome tryOut(Function<IpFamily, RuleSet> wanted) {
        var script = new StringBuilder("ip link set lo up\n").append(RuleScripts.lock());
        for (var family : IpFamily.values()) {
            var change =
                    scripts.change(family, RulePlan.of(wanted.apply(family), FamilyState.EMPTY));
            script.append(change);
        }
        var result = NamespaceShell.scratch().run(script + scripts.inspect());
        if (result.exit() != 0) {
            return new RuleOutcome.Failed(result.complaint());
        }
        var findings = findings(plans(RuleScripts.read(result.out()), wanted));
        return findings.isEmpty() ? new RuleOutcome.Whole() : new RuleOutcome.Faulty(findings);
    }

    private sealed interface Look {}

    private record Seen(Map<IpFamily, FamilyState> states) implements Look {}

    private record Unseen(String reason) implements Look {}

    private RuleOutcome apply(Target target) {
        return switch (look(target.shell())) {
            case Unseen(var reason) -> new RuleOutcome.Failed(reason);
            case Seen(var states) -> change(target, plans(states, target.wanted()));
        };
    }

    private RuleOutcome verify(Target target) {
        return switch (look(target.shell())) {
            case Unseen(var reason) -> new RuleOutcome.Failed(reason);
            case Seen(var states) -> {
                var findings = findings(plans(states, target.wanted()));
                yield findings.isEmpty()
                        ? new RuleOutcome.Whole()
                        : new RuleOutcome.Faulty(findings);
            }
        };
    }

    private Look look(NamespaceShell shell) {
        var result = shell.run(RuleScripts.lock() + scripts.inspect());
        if (result.exit() != 0) {
            return new Unseen("cannot read the rules: " + result.complaint());
        }
        var states = RuleScripts.read(result.out());
        return states.containsKey(IpFamily.V4)
                ? new Seen(states)
                : new Unseen("cannot read the rules: no output");
    }

    private record FamilyPlan(IpFamily family, RulePlan plan) {}

    private static List<FamilyPlan> plans(
            Map<IpFamily, FamilyState> states, Function<IpFamily, RuleSet> wanted) {
        var plans = new ArrayList<FamilyPlan>();
        states.forEach((family, state) ->
                plans.add(new FamilyPlan(family, RulePlan.of(wanted.apply(family), state))));
        return plans;
    }

    private static List<Finding> findings(List<FamilyPlan> plans) {
        return plans.stream().flatMap(plan -> plan.plan().findings().stream()).toList();
    }

    private RuleOutcome change(Target target, List<FamilyPlan> plans) {
        var findings = findings(plans);
        if (findings.isEmpty()) {
            return new RuleOutcome.Whole();
        }
        var script = new StringBuilder(RuleScripts.lock());
        plans.forEach(plan -> script.append(scripts.change(plan.family(), plan.plan())));
        var result = target.shell().run(script.toString());
        return result.exit() == 0
                ? new RuleOutcome.Changed(findings)
                : new RuleOutcome.Failed(result.complaint());
    }
}
