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
    private static final String MARK = "0x" + Integer.toHexString(RuleSet.RETURN_MARK);
    private static final String LOOKUP = " lookup " + TABLE;
    private static final String RETURN_RULE = "from all fwmark " + MARK + LOOKUP;
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
        var stale = new ArrayList<>(state.returnRules());
        boolean there = wanted.returnPath() && stale.removeIf(RulePlan::isOurs);
        for (var rule : stale) {
            findings.add(foreign(wanted, "ip rule " + rule));
            commands.add(ip + " rule del pref " + rule.substring(0, rule.indexOf(':')) + LOOKUP);
        }
        if (wanted.returnPath() && !there) {
            findings.add(missing(wanted, "ip rule " + RETURN_RULE));
            commands.add(ip + " rule add pref " + TABLE + " fwmark " + MARK + LOOKUP);
        }
        var routes = state.returnRoutes();
        if (wanted.returnPath()
                && routes.size() == 1
                && routes.getFirst().startsWith(RETURN_ROUTE)) {
            return;
        }
        routes.forEach(
                route -> findings.add(foreign(wanted, "route " + route + " table " + TABLE)));
        if (!routes.isEmpty()) {
            commands.add(ip + " route flush table " + TABLE);
        }
        if (wanted.returnPath()) {
            findings.add(missing(wanted, "route " + RETURN_ROUTE + " table " + TABLE));
            commands.add(ip + " route add " + RETURN_ROUTE + " table " + TABLE);
        }
    }

    private static boolean isOurs(String rule) {
        return rule.equals(TABLE + ": " + RETURN_RULE);
    }

    private static Finding missing(RuleSet wanted, String what) {
        return new Finding(Finding.Kind.MISSING, wanted.family(), what);
    }

    private static Finding foreign(RuleSet wanted, String what) {
        return new Finding(Finding.Kind.FOREIGN, wanted.family(), what);
    }
}
