package dev.fairlead.iptables;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code fairlead-iptables}: the capture rules by hand, and as init container. Exit status: 0 as
 * wanted, 1 not so or failed, 2 usage.
 */
@Command(
        name = "fairlead-iptables",
        mixinStandardHelpOptions = true,
        description = "Checks, applies, verifies and removes Fairlead's iptables rules.",
        synopsisSubcommandLabel = "COMMAND")
public final class IptablesInit implements Callable<Integer> {

    private static final int DONE = 0;
    private static final int FAILED = 1;

    private IptablesInit() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        return new CommandLine(new IptablesInit())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(new CommandLine(this), "a command is missing");
    }

    /** What belongs where. */
    static final class Scope {
        @Option(names = "--netns", paramLabel = "PATH", description = "namespace; default: own")
        @Nullable Path netns;

        @Option(names = "--node", description = "the node's rules, not a pod's")
        boolean node;

        @Option(
                names = "--pod-cidr",
                paramLabel = "CIDR",
                split = ",",
                description = "with --node: addresses of this node's pods")
        List<String> podCidrs = new ArrayList<>();

        @Option(names = "--exclude-inbound-ports", paramLabel = "PORT", split = ",")
        List<Integer> inboundPorts = new ArrayList<>();

        @Option(names = "--exclude-outbound-ports", paramLabel = "PORT", split = ",")
        List<Integer> outboundPorts = new ArrayList<>();

        @Option(names = "--exclude-outbound-cidrs", paramLabel = "CIDR", split = ",")
        List<String> outboundCidrs = new ArrayList<>();

        @Option(names = "--draining", description = "keep held connections, take no new ones")
        boolean draining;

        @Option(names = "--backend", paramLabel = "auto|nft|legacy")
        Backend backend = Backend.AUTO;

        Function<IpFamily, RuleSet> rules() {
            try {
                if (node) {
                    if (podCidrs.isEmpty()) {
                        throw new IllegalArgumentException("--node needs --pod-cidr");
                    }
                    return new NodeRules(podCidrs.stream().map(Cidr::parse).toList())::rules;
                }
                var pod =
                        PodRules.excluding(
                                inboundPorts,
                                outboundPorts,
                                outboundCidrs.stream().map(Cidr::parse).toList());
                return draining ? pod::draining : pod::captured;
            } catch (IllegalArgumentException e) {
                throw new CommandLine.ParameterException(
                        new CommandLine(new IptablesInit()), String.valueOf(e.getMessage()), e);
            }
        }
    }

    @Command(name = "check", description = "Can this machine capture? Touches nothing.")
    int check(@Mixin Scope scope) {
        var items = NodeCheck.run(scope.backend);
        items.forEach(item -> System.out.println((item.bad() ? "BAD " : "ok  ") + item.text()));
        return items.stream().anyMatch(NodeCheck.Item::bad) ? FAILED : DONE;
    }

    /** As init container of the agent: an agent on a node that cannot capture helps nobody. */
    @Command(
            name = "node",
            description = {
                "Checks the node and, with --pod-cidr, puts the node's rules in place.",
                "Without it the agent does so, by the addresses of the pods that it captures."
            })
    int node(@Mixin Scope scope) {
        int checked = check(scope);
        if (checked != DONE) {
            System.err.println(
                    "this node cannot capture: see the lines that start with BAD; needed are"
                            + " a kernel with nf_tables or ip_tables, nat, TPROXY and conntrack, and"
                            + " the capabilities NET_ADMIN, NET_RAW and SYS_ADMIN");
            return checked;
        }
        scope.node = true;
        return scope.podCidrs.isEmpty() ? DONE : apply(scope);
    }

    @Command(name = "apply", description = "Puts the rules in place, or repairs them.")
    int apply(@Mixin Scope scope) {
        var rules = scope.rules();
        var applier = new RuleApplier(scope.backend);
        return tell(
                scope.netns == null ? applier.applyHere(rules) : applier.apply(scope.netns, rules));
    }

    @Command(name = "verify", description = "Says exactly what is missing or foreign.")
    int verify(@Mixin Scope scope) {
        var rules = scope.rules();
        var applier = new RuleApplier(scope.backend);
        return tell(
                scope.netns == null
                        ? applier.verifyHere(rules)
                        : applier.verify(scope.netns, rules));
    }

    @Command(name = "clean", description = "Removes everything of ours.")
    int clean(@Mixin Scope scope) {
        var applier = new RuleApplier(scope.backend);
        return tell(scope.netns == null ? applier.cleanHere() : applier.clean(scope.netns));
    }

    @Command(name = "print", description = "Prints the rules as iptables-restore reads them.")
    int print(@Mixin Scope scope) {
        var rules = scope.rules();
        for (var family : IpFamily.values()) {
            System.out.println("# " + family.tool() + "-restore --noflush");
            System.out.print(rules.apply(family).restoreText());
            RulePlan.of(rules.apply(family), FamilyState.EMPTY)
                    .before()
                    .forEach(command -> System.out.println("# " + command));
        }
        return DONE;
    }

    private static int tell(RuleOutcome outcome) {
        switch (outcome) {
            case RuleOutcome.Whole() -> System.out.println("whole");
            case RuleOutcome.Changed(var repaired) ->
                    repaired.forEach(finding -> System.out.println("changed: " + finding));
            case RuleOutcome.Faulty(var findings) -> findings.forEach(System.out::println);
            case RuleOutcome.Failed(var reason) -> System.err.println("failed: " + reason);
        }
        return outcome.good() ? DONE : FAILED;
    }
}
