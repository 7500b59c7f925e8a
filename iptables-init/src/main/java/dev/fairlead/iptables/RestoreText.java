package dev.fairlead.iptables;

import java.util.List;

/**
 * One table as input for {@code iptables-restore --noflush}, which takes it whole or not at all.
 */
final class RestoreText {

    private RestoreText() {}

    /**
     * Text that makes {@code table} so. A chain that is declared is emptied first, so the text is
     * right for an absent, a damaged and a whole chain alike.
     *
     * @param staleJumps rules ({@code OUTPUT -p tcp -j …}) to take out of the built-in chains
     * @param staleChains chains of ours that should not be there
     */
    static String of(RuleSet.Table table, List<String> staleJumps, List<String> staleChains) {
        var text = new StringBuilder("*").append(table.name()).append('\n');
        table.chains().forEach(chain -> declare(text, chain.name()));
        staleChains.forEach(chain -> declare(text, chain));
        staleJumps.forEach(jump -> text.append("-D ").append(jump).append('\n'));
        for (var chain : table.chains()) {
            // first, or a rule of someone else's could accept the packet before we see it
            text.append("-I ").append(chain.hook()).append(" 1 ").append(chain.jump()).append('\n');
        }
        for (var chain : table.chains()) {
            for (var rule : chain.rules()) {
                text.append("-A ").append(chain.name()).append(' ').append(rule).append('\n');
            }
        }
        staleChains.forEach(chain -> text.append("-X ").append(chain).append('\n'));
        return text.append("COMMIT\n").toString();
    }

    private static void declare(StringBuilder text, String chain) {
        text.append(':').append(chain).append(" - [0:0]\n");
    }
}
