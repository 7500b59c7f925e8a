package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is ours in one table of a namespace.
 *
 * @param chains chains with our prefix and their rules
 * @param jumps rules of other chains that lead to such a chain: {@code OUTPUT -p tcp -j …}
 */
record TableState(String name, Map<String, List<String>> chains, List<String> jumps) {

    static TableState of(String name, Map<String, List<String>> all) {
        var chains = new java.util.LinkedHashMap<String, List<String>>();
        var jumps = new ArrayList<String>();
        all.forEach((chain, rules) -> {
            if (chain.startsWith(RuleSet.PREFIX)) {
                chains.put(chain, rules);
            } else {
                rules.stream()
                        .filter(TableState::leadsToUs)
                        .forEach(rule -> jumps.add(chain + " " + rule));
            }
        });
        return new TableState(name, chains, jumps);
    }

    private static boolean leadsToUs(String rule) {
        return rule.contains("-j " + RuleSet.PREFIX) || rule.contains("-g " + RuleSet.PREFIX);
    }

    /** Chains with our prefix that {@code wanted} does not have. */
    List<String> staleChains(RuleSet.Table wanted) {
        var names = wanted.chains().stream().map(RuleSet.Chain::name).toList();
        return chains.keySet().stream().filter(chain -> !names.contains(chain)).toList();
    }

    List<Finding> differences(RuleSet.Table wanted, IpFamily family) {
        var findings = new ArrayList<Finding>();
        for (var chain : wanted.chains()) {
            var there = chains.get(chain.name());
            if (there == null) {
                findings.add(
                        new Finding(Finding.Kind.MISSING, family, name + " chain " + chain.name()));
            } else {
                compare(chain.name(), chain.rules(), there, family, findings);
            }
        }
        compare(
                "",
                wanted.chains().stream().map(chain -> chain.hook() + " " + chain.jump()).toList(),
                jumps,
                family,
                findings);
        staleChains(wanted)
                .forEach(chain ->
                        findings.add(
                                new Finding(
                                        Finding.Kind.FOREIGN, family, name + " chain " + chain)));
        return findings;
    }

    /** With an empty {@code chain} the rules name their chains, and their order is no matter. */
    private void compare(
            String chain,
            List<String> wanted,
            List<String> there,
            IpFamily family,
            List<Finding> findings) {
        var want = wanted.stream().map(RuleSpec::normal).toList();
        var have = there.stream().map(RuleSpec::normal).toList();
        if (want.equals(have)) {
            return;
        }
        var prefix = name + " -A " + (chain.isEmpty() ? "" : chain + " ");
        int before = findings.size();
        without(want, have)
                .forEach(rule ->
                        findings.add(new Finding(Finding.Kind.MISSING, family, prefix + rule)));
        without(have, want)
                .forEach(rule ->
                        findings.add(new Finding(Finding.Kind.FOREIGN, family, prefix + rule)));
        if (findings.size() == before && !chain.isEmpty()) {
            findings.add(new Finding(Finding.Kind.DISORDERED, family, name + " chain " + chain));
        }
    }

    /** {@code all} less each of {@code taken} once. */
    private static List<String> without(List<String> all, List<String> taken) {
        var rest = new ArrayList<>(all);
        taken.forEach(rest::remove);
        return rest;
    }
}
