package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The shell scripts that look at a namespace and change it. Pure text. */
record RuleScripts(Backend backend) {

    private static final String MARKER = "@fairlead ";
    private static final int LOCK_SECONDS = 5;

    /**
     * Prints all that concerns us, in sections. IPv6 is left out where the namespace has it
     * switched off, or has neither ip6tables nor an IPv6 address beyond link-local.
     */
    String inspect() {
        return inspectFamily(IpFamily.V4)
                + """
                if [ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6 2>/dev/null)" = 0 ]; then
                if %s >/dev/null 2>&1 || [ -n "$(ip -6 addr show scope global)" ]; then
                %sfi
                fi
                """
                        .formatted(backend.tool(IpFamily.V6, "save"), inspectFamily(IpFamily.V6));
    }

    private String inspectFamily(IpFamily family) {
        var ip = "ip " + family.ipFlag();
        return section(family, "save")
                + backend.tool(family, "save")
                + " || exit 1\n"
                + section(family, "rule")
                + (ip + " rule show || exit 1\n")
                + section(family, "route")
                // fails where the table was never used: no routes
                + (ip + " route show table " + RuleSet.RETURN_TABLE + " 2>/dev/null || true\n");
    }

    private static String section(IpFamily family, String name) {
        return "echo '" + MARKER + family + " " + name + "'\n";
    }

    /** What {@link #inspect} printed. A family that is absent there is absent here. */
    static Map<IpFamily, FamilyState> read(String printed) {
        var sections = new EnumMap<IpFamily, Map<String, List<String>>>(IpFamily.class);
        List<String> current = new ArrayList<>();
        for (var line : printed.lines().toList()) {
            if (line.startsWith(MARKER)) {
                var words = line.substring(MARKER.length()).split(" ", 2);
                current = new ArrayList<>();
                sections.computeIfAbsent(IpFamily.valueOf(words[0]), _ -> new java.util.HashMap<>())
                        .put(words[1], current);
            } else {
                current.add(line);
            }
        }
        var states = new EnumMap<IpFamily, FamilyState>(IpFamily.class);
        sections.forEach((family, parts) ->
                states.put(
                        family,
                        FamilyState.parse(
                                parts.getOrDefault("save", List.of()),
                                parts.getOrDefault("rule", List.of()),
                                parts.getOrDefault("route", List.of()))));
        return states;
    }

    /** Carries out {@code plan}. Each table changes whole; the first failure ends the script. */
    String change(IpFamily family, RulePlan plan) {
        var script = new StringBuilder();
        plan.before().forEach(command -> script.append(command).append(" || exit 1\n"));
        if (!plan.restore().isEmpty()) {
            script.append(backend.tool(family, "restore"))
                    .append(" -w ")
                    .append(LOCK_SECONDS)
                    .append(" --noflush <<'FAIRLEAD' || exit 1\n")
                    .append(plan.restore())
                    .append("FAIRLEAD\n");
        }
        plan.after().forEach(command -> script.append(command).append(" || exit 1\n"));
        return script.toString();
    }

    /**
     * The legacy back end's lock, where its usual place cannot be written: an unprivileged
     * namespace, where nobody else edits these rules.
     */
    static String lock() {
        return """
        if ! [ -w /run/xtables.lock ] && ! { [ ! -e /run/xtables.lock ] && [ -w /run ]; }; then
        export XTABLES_LOCKFILE=/dev/null
        fi
        """;
    }
}
