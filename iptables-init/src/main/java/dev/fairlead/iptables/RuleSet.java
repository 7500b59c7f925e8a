package dev.fairlead.iptables;

import java.util.List;
import java.util.stream.Collectors;

/**
 * All that should be in one namespace for one IP family: own chains, the jumps to them, and whether
 * marked packets are routed back to the namespace itself.
 *
 * @param returnPath packets with {@link #RETURN_MARK} are local: rule and route in table {@link
 *     #RETURN_TABLE}
 */
public record RuleSet(IpFamily family, List<Table> tables, boolean returnPath) {

    /** Every chain of ours starts with this, and nothing else does. */
    public static final String PREFIX = "FAIRLEAD_";

    /** Differs from the agent's socket mark: a rule on that one would send its SYNs to lo. */
    public static final int RETURN_MARK = 0x53a;

    /** Routing table and priority of the return path; 100 and 133 are taken by others. */
    public static final int RETURN_TABLE = 1337;

    public RuleSet {
        tables = List.copyOf(tables);
    }

    /** Nothing of ours: what a namespace looks like after clean. */
    public static RuleSet none(IpFamily family) {
        return new RuleSet(family, List.of(), false);
    }

    /** An iptables table with our chains in it. */
    public record Table(String name, List<Chain> chains) {
        public Table {
            chains = List.copyOf(chains);
        }
    }

    /**
     * A chain of ours.
     *
     * @param hook the built-in chain that jumps to it
     * @param match what is sent to it, in iptables' words
     * @param rules matches and targets, in order, written as iptables-save prints them
     */
    public record Chain(String name, String hook, String match, List<String> rules) {
        public Chain {
            if (!name.startsWith(PREFIX)) {
                throw new IllegalArgumentException("chain " + name + " is not ours");
            }
            rules = List.copyOf(rules);
        }

        /** The rule in the hook, without the hook's name. */
        public String jump() {
            return match + " -j " + name;
        }
    }

    /** Input for {@code iptables-restore --noflush} in a namespace that has none of it yet. */
    public String restoreText() {
        return tables.stream()
                .map(table -> RestoreText.of(table, List.of(), List.of()))
                .collect(Collectors.joining());
    }
}
