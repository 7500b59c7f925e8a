package dev.fairlead.e2e;

import dev.fairlead.e2e.Launcher.Result;

/** A pod's network namespace, seen by the lab's root: what no pod may do to itself. */
final class Netns {

    private Netns() {}

    /** The name under which {@code ip netns} knows it. */
    static String of(Lab lab, String namespace, String pod) {
        String inode =
                lab.run(
                                "exec",
                                "-n",
                                namespace,
                                pod,
                                "--",
                                "stat",
                                "-L",
                                "-c",
                                "%i",
                                "/proc/self/ns/net")
                        .ok();
        return lab.node(
                        "node-1",
                        "sh",
                        "-c",
                        "cd /run/netns; for n in *; do [ $(stat -c %i $n) != "
                                + inode
                                + " ] || echo $n; done")
                .ok();
    }

    /** Rules of all tables, without counters. */
    static String rules(Lab lab, String netns) {
        return in(lab, netns, "iptables-save; ip6tables-save");
    }

    /** All that capture changes: rules, policy routing and listeners. */
    static String state(Lab lab, String netns) {
        return in(
                lab,
                netns,
                "iptables-save | grep -E '^(-A|:)' | grep -vE '^:[A-Z]+ ACCEPT'; ip rule; ip -6 rule;"
                        + " ip route show table all | grep -v '^local\\|^broadcast'; ss -Htln | awk"
                        + " '{print $4}' | sort");
    }

    private static String in(Lab lab, String netns, String script) {
        return lab.node("node-1", "nsenter", "--net=/run/netns/" + netns, "sh", "-c", script)
                .ok()
                .replaceAll("(?m)^#.*$\\n?", "")
                .replaceAll("\\[\\d+:\\d+\\]", "");
    }

    /** {@code ./fairlead iptables COMMAND} in the namespace. */
    static Result iptables(Lab lab, String command, String netns) {
        return lab.node(
                "node-1",
                "sh",
                "-c",
                "\"$0\" -cp \"$1/lib/*\" dev.fairlead.iptables.IptablesInit \"$2\" --netns"
                        + " \"/run/netns/$3\"",
                System.getProperty("java.home") + "/bin/java",
                Launcher.ROOT.resolve("target/dist").toString(),
                command,
                netns);
    }
}
