package dev.fairlead.iptables;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Real packets through real rules. Runs in a process of its own inside {@code unshare -Urnm}, and
 * prints a line {@code name TAB expected TAB seen} for each fact; {@link CapturePacketsTest}
 * judges.
 */
public final class CaptureScenario {

    private final NetnsPeers peers;
    private final Backend backend;
    private final RuleApplier applier;
    private final PodRules rules =
            PodRules.excluding(
                    List.of(8081),
                    List.of(8082),
                    List.of(Cidr.parse("198.18.2.0/24"), Cidr.parse("fd00:18:2::/64")));

    private CaptureScenario(NetnsPeers peers, Backend backend) {
        this.peers = peers;
        this.backend = backend;
        this.applier = new RuleApplier(backend);
    }

    /**
     * @param args folder of peer.py and topology.sh, back end
     */
    public static void main(String[] args) {
        var folder = Path.of(args[0]);
        var backend = Backend.parse(args[1]);
        var infix = backend == Backend.LEGACY ? "-legacy" : "-nft";
        var made = NamespaceShell.here().run("sh " + folder.resolve("topology.sh") + " " + infix);
        if (made.exit() != 0) {
            fact("topology", "made", made.complaint());
            System.exit(1);
        }
        try (var peers = new NetnsPeers(folder)) {
            new CaptureScenario(peers, backend).run();
        }
    }

    private void run() {
        for (var pod : List.of("p1", "p2", "p3")) {
            for (var port : List.of("8080", "8081", "8082")) {
                peers.serve(pod, "app", pod, port);
            }
        }
        peers.serve("p1", "agent");
        peers.serve("p2", "agent");
        var before = List.of(snapshot("p1"), snapshot("p2"), snapshot("node"));
        var olderIn = peers.hold("p3", "198.18.1.2", 8080);
        var olderOut = peers.hold("p1", "198.18.1.3", 8080);
        fact("older inbound connection", "p2 saw 198.18.1.3", olderIn.path);
        fact("older outbound connection", "p3 saw 198.18.1.1", olderOut.path);

        enrol();
        fact("older inbound connection lives on", "one", olderIn.echo("one"));
        fact("older outbound connection lives on", "two", olderOut.echo("two"));
        paths("198.18.1.", "198.19.0.9", "198.18.2.3", IpFamily.V4);
        paths("fd00:18:1::", "fd00:19::9", "fd00:18:2::3", IpFamily.V6);
        fact("node port", "15006 p2 saw 198.18.1.3", call("p3", "198.18.0.1", 30080));
        peers.serve("p4", "app", "p4", "80");
        fact("link-local", "p4 saw 198.18.1.1", call("p1", "169.254.169.254", 80));
        timeWait();
        repair();
        leave(before);
    }

    private void enrol() {
        for (var pod : List.of("p1", "p2")) {
            fact("apply " + pod, "Changed", name(applier.apply(netns(pod), rules::captured)));
            fact("second apply " + pod, "Whole", name(applier.apply(netns(pod), rules::captured)));
        }
        var node =
                new NodeRules(List.of(Cidr.parse("198.18.1.0/24"), Cidr.parse("fd00:18:1::/64")));
        fact("apply node", "Changed", name(applier.apply(netns("node"), node::rules)));
        fact("second apply node", "Whole", name(applier.apply(netns("node"), node::rules)));
    }

    private void paths(String pods, String service, String excluded, IpFamily family) {
        var name = family + " ";
        fact(name + "plain to enrolled", "15006 p2 saw " + pods + 3, call("p3", pods + 2, 8080));
        fact(name + "plain to service", "15006 p2 saw " + pods + 3, call("p3", service, 80));
        fact(
                name + "enrolled to enrolled",
                "15001 15006 p2 saw " + pods + 1,
                call("p1", pods + 2, 8080));
        fact(
                name + "enrolled to service",
                "15001 15006 p2 saw " + pods + 1,
                call("p1", service, 80));
        fact(name + "enrolled to plain", "15001 p3 saw " + pods + 1, call("p1", pods + 3, 8080));
        fact(
                name + "node to enrolled",
                "p2 saw " + family.probeSource(),
                call("node", pods + 2, 8080));
        fact(name + "node to service", "p2 saw " + family.probeSource(), call("node", service, 80));
        fact(name + "own address", "p2 saw " + pods + 2, call("p2", pods + 2, 8080));
        fact(name + "excluded inbound port", "p2 saw " + pods + 3, call("p3", pods + 2, 8081));
        fact(name + "excluded outbound port", "p3 saw " + pods + 1, call("p1", pods + 3, 8082));
        fact(name + "excluded block", "p3 saw " + pods + 1, call("p1", excluded, 8080));
        fact(name + "straight to 15001", "reset", call("p3", pods + 2, 15001));
        fact(name + "straight to 15006", "reset", call("p3", pods + 2, 15006));
        fact(name + "own 15001 on loopback", "reset", call("p2", pods + 2, 15001));
        fact(name + "UDP out", "p3 saw " + pods + 1, peers.ask("p1", "udp", pods + 3, "8080"));
        fact(name + "UDP in", "p2 saw " + pods + 3, peers.ask("p3", "udp", pods + 2, "8080"));
        fact(
                name + "forged probe source",
                "unanswered",
                peers.ask("p4", "call", pods + 2, "8080", "0", family.probeSource()));
    }

    /** A SYN that meets TIME_WAIT of our side must not slip through to the application. */
    private void timeWait() {
        var captured = "15006 p2 saw 198.18.1.3";
        fact("first", captured, peers.ask("p3", "quit", "198.18.1.2", "8080", "40001"));
        var waiting =
                NamespaceShell.in(netns("p2"))
                        .run(
                                "for i in $(seq 50); do ss -Htan state time-wait 'dport = 40001';"
                                        + " sleep 0.02; done | grep -m1 -o 40001");
        fact("our side waits", "40001", waiting.out().strip());
        fact(
                "same port again, in TIME_WAIT",
                captured,
                peers.ask("p3", "call", "198.18.1.2", "8080", "40001"));
    }

    private void repair() {
        var infix = backend == Backend.LEGACY ? "-legacy" : "-nft";
        var damage =
                """
                iptables%1$s -w -t nat -D OUTPUT -p tcp -j FAIRLEAD_OUTPUT &&
                iptables%1$s -w -t mangle -I FAIRLEAD_PREROUTING -s 198.18.1.3 -j RETURN &&
                iptables%1$s -w -t mangle -N FAIRLEAD_OLD &&
                ip6tables%1$s -w -t nat -D FAIRLEAD_OUTPUT -o lo -j RETURN &&
                ip rule add pref 99 fwmark 5 lookup 1337 &&
                ip -6 route flush table 1337
                """
                        .formatted(infix);
        fact("damaged", "0", "" + NamespaceShell.in(netns("p2")).run(damage).exit());
        fact(
                "damage is named",
                """
                foreign iptables mangle -A FAIRLEAD_PREROUTING -s 198.18.1.3/32 -j RETURN
                foreign iptables mangle chain FAIRLEAD_OLD
                missing iptables nat -A OUTPUT -p tcp -j FAIRLEAD_OUTPUT
                foreign iptables ip rule 99: from all fwmark 0x5 lookup 1337
                missing ip6tables nat -A FAIRLEAD_OUTPUT -o lo -j RETURN
                missing ip6tables route local default dev lo table 1337\
                """
                        .replace('\n', ';'),
                named(applier.verify(netns("p2"), rules::captured)));
        fact("repair", "Changed", name(applier.apply(netns("p2"), rules::captured)));
        fact("repaired", "Whole", name(applier.verify(netns("p2"), rules::captured)));
        fact("captured again", "15006 p2 saw 198.18.1.3", call("p3", "198.18.1.2", 8080));
    }

    private static String named(RuleOutcome outcome) {
        return outcome instanceof RuleOutcome.Faulty(var findings)
                ? findings.stream().map(Finding::toString).collect(Collectors.joining(";"))
                : outcome.toString();
    }

    private void leave(List<String> before) {
        var in = peers.hold("p3", "198.18.1.2", 8080);
        var out = peers.hold("p1", "198.18.1.3", 8080);
        fact("held inbound", "15006 p2 saw 198.18.1.3", in.path);
        fact("held outbound", "15001 p3 saw 198.18.1.1", out.path);
        for (var pod : List.of("p1", "p2")) {
            fact(
                    "stop taking SYNs " + pod,
                    "Changed",
                    name(applier.apply(netns(pod), rules::draining)));
        }
        fact("new inbound is plain", "p2 saw 198.18.1.3", call("p3", "198.18.1.2", 8080));
        fact("new outbound is plain", "p3 saw 198.18.1.1", call("p1", "198.18.1.3", 8080));
        fact("held inbound goes on", "three", in.echo("three"));
        fact("held outbound goes on", "four", out.echo("four"));
        var places = List.of("p1", "p2", "node");
        for (int i = 0; i < places.size(); i++) {
            var netns = netns(places.get(i));
            fact("clean " + places.get(i), "Changed", name(applier.clean(netns)));
            fact("second clean " + places.get(i), "Whole", name(applier.clean(netns)));
            fact("no trace in " + places.get(i), before.get(i), snapshot(places.get(i)));
        }
        fact("plain again", "p2 saw 198.18.1.3", call("p3", "198.18.1.2", 8080));
    }

    /** Every rule and route of a namespace; empty tables and counters do not count. */
    private String snapshot(String namespace) {
        var infix = backend == Backend.LEGACY ? "-legacy" : "-nft";
        var all =
                NamespaceShell.in(netns(namespace))
                        .run(
                                """
                                { iptables%1$s-save; ip6tables%1$s-save; } | grep -E '^-A|^:FAIR'
                                ip -4 rule; ip -6 rule; ip -4 route show table all
                                ip -6 route show table all | grep -v fe80
                                """
                                        .formatted(infix));
        return all.out().replaceAll("\\s+", " ");
    }

    private String call(String from, String address, int port) {
        return peers.ask(from, "call", address, Integer.toString(port));
    }

    private static Path netns(String name) {
        return Path.of("/run/netns", name);
    }

    private static String name(RuleOutcome outcome) {
        return outcome instanceof RuleOutcome.Failed(var reason)
                ? "Failed " + reason
                : outcome.getClass().getSimpleName();
    }

    private static void fact(String name, String expected, String seen) {
        System.out.println(name + "\t" + expected + "\t" + seen);
    }
}
