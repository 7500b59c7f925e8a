package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * How one family of a namespace gets from what is there to what should be there.
 *
 * @param findings what differs; empty: nothing to do
 * @param restore input for iptables-restore: the tables that differ, each whole; may be empty
 * @param before {@code ip} commands to run before the tables change
 * @param after {@code ip} commands to run after it
 */
record RulePlan(List<Finding> findings, String restore, List<String> before, List<String> after) {

    private static final String TABLE = Integer.toString(RuleSet.RETURN_TABLE);
    private static final String RETURN_RULE =
            "from all fwmark 0x" + Integer.toHexString(RuleSet.RETURN_MARK) + " lookup " + TABLE;
    private static final String RETURN_ROUTE = "local default dev lo";

    boolean nothingToDo() {
        return findings.isEmpty();
    }

    static RulePlan of(RuleSet wanted, FamilyState state) {
        var findings = new ArrayList<Finding>();
        var restore = new StringBuilder();
        var names = new LinkedHashSet<String>();
        wanted.tables().forEach(table -> names.add(table.name()));
        names.addAll(state.tables().keySet());
        for (var name : names) {
            restore.append(table(wanted, name, state, findings));
        }
        var before = new ArrayList<String>();
        var after = new ArrayList<String>();
        // The way back must be there before the first packet needs it, and until the last did.
        routing(wanted, state, findings, wanted.returnPath() ? before : after);
        return new RulePlan(
                List.copyOf(findings), restore.toString(), List.copyOf(before), List.copyOf(after));
    }

    private static String table(
            RuleSet wanted, String name, FamilyState state, List<Finding> findings) {
        var table =
                wanted.tables().stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElse(new RuleSet.Table(name, List.of()));
        var there = TableState.of(name, state.table(name));
        var differences = there.differences(table, wanted.family());
        findings.addAll(differences);
        return differences.isEmpty()
                ? ""
                : RestoreText.of(table, there.jumps(), there.staleChains(table));
    }

    private static void routing(
            RuleSet wanted, FamilyState state, List<Finding> findings, List<String> commands) {
        var ip = "ip " + wanted.family().ipFlag();
        var rules = state.returnRules();
        var rule = TABLE + ": " + RETURN_RULE;
        boolean ruleIsThere =
                rules.size() == 1 && rules.getFirst().replaceAll("\\s+", " ").equals(rule);
        boolean routeIsThere =
                state.returnRoutes().size() == 1
                        && state.returnRoutes().getFirst().startsWith(RETURN_ROUTE);
        boolean ruleIsRight = wanted.returnPath() ? ruleIsThere : rules.isEmpty();
        boolean routeIsRight = wanted.returnPath() ? routeIsThere : state.returnRoutes().isEmpty();
        if (!ruleIsRight) {
            rules.stream()
                    .filter(_ -> !ruleIsThere || !wanted.returnPath())
                    .forEach(stale -> findings.add(foreign(wanted, "ip rule " + stale)));
            for (var stale : rules) {
                var priority = stale.substring(0, stale.indexOf(':'));
                commands.add(ip + " rule del pref " + priority + " table " + TABLE);
            }
            if (wanted.returnPath()) {
                findings.add(missing(wanted, "ip rule " + RETURN_RULE));
                commands.add(
                        "%s rule add pref %s fwmark 0x%x table %s"
                                .formatted(ip, TABLE, RuleSet.RETURN_MARK, TABLE));
            }
        }
        if (!routeIsRight) {
            if (!state.returnRoutes().isEmpty()) {
                state.returnRoutes()
                        .forEach(route ->
                                findings.add(
                                        foreign(wanted, "route " + route + " table " + TABLE)));
                commands.add(ip + " route flush table " + TABLE);
            }
            if (wanted.returnPath()) {
                findings.add(missing(wanted, "route " + RETURN_ROUTE + " table " + TABLE));
                commands.add(ip + " route add " + RETURN_ROUTE + " table " + TABLE);
            }
        }
    }

    private static Finding missing(RuleSet wanted, String what) {
        return new Finding(Finding.Kind.MISSING, wanted.family(), what);
    }

    private static Finding foreign(RuleSet wanted, String what) {
        return new Finding(Finding.Kind.FOREIGN, wanted.family(), what);
    }
}
