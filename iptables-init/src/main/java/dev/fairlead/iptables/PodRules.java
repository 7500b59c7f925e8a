package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.List;

/**
 * What is captured of one pod, and the rules for it. The rules are a pure function of this record.
 *
 * <p>Outbound: nat OUTPUT redirects SYNs to the agent's outbound listener. Inbound: mangle
 * PREROUTING gives SYNs to the inbound listener by TPROXY; the agent's connection to the
 * application carries the caller's address, so its answers are marked by connection and routed back
 * to the namespace itself. Only SYNs are taken: connections older than the rules live on.
 *
 * <p>Never captured: the agent's own sockets (by mark), what stays on loopback (the pod's own
 * address too), link-local destinations, the node's own processes (by the probe source), UDP.
 *
 * @param outboundPort the agent's listener for what leaves the pod
 * @param inboundPort the agent's transparent listener for what enters it
 * @param mark SO_MARK of the agent's upstream sockets
 * @param excludedInboundPorts destination ports that stay as they were, inwards
 * @param excludedOutboundPorts destination ports that stay as they were, outwards
 * @param excludedOutboundCidrs destinations that stay as they were, of both families
 */
public record PodRules(
        int outboundPort,
        int inboundPort,
        int mark,
        List<Integer> excludedInboundPorts,
        List<Integer> excludedOutboundPorts,
        List<Cidr> excludedOutboundCidrs) {

    public static final int OUTBOUND_PORT = 15001;
    public static final int INBOUND_PORT = 15006;
    public static final int MARK = 0x539;

    private static final String SYN = "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN";
    private static final String NOT_SYN = "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN";
    private static final String RETURN_MARK = hex(RuleSet.RETURN_MARK);

    public PodRules {
        requirePort("outbound port", outboundPort);
        requirePort("inbound port", inboundPort);
        if (mark == 0 || mark == RuleSet.RETURN_MARK) {
            throw new IllegalArgumentException("mark " + hex(mark));
        }
        excludedInboundPorts = excludedInboundPorts.stream().distinct().sorted().toList();
        excludedOutboundPorts = excludedOutboundPorts.stream().distinct().sorted().toList();
        excludedInboundPorts.forEach(port -> requirePort("excluded inbound port", port));
        excludedOutboundPorts.forEach(port -> requirePort("excluded outbound port", port));
        excludedOutboundCidrs = excludedOutboundCidrs.stream().distinct().toList();
    }

    private static void requirePort(String what, int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(what + " " + port);
        }
    }

    /** Everything is captured. */
    public static PodRules all() {
        return excluding(List.of(), List.of(), List.of());
    }

    /** Everything is captured but these. */
    public static PodRules excluding(
            List<Integer> inboundPorts, List<Integer> outboundPorts, List<Cidr> outboundCidrs) {
        return new PodRules(
                OUTBOUND_PORT, INBOUND_PORT, MARK, inboundPorts, outboundPorts, outboundCidrs);
    }

    /** The rules of an enrolled pod. */
    public RuleSet captured(IpFamily family) {
        return rules(family, true);
    }

    /** The rules of a pod that is leaving: no new connection is taken, held ones go on. */
    public RuleSet draining(IpFamily family) {
        return rules(family, false);
    }

    private RuleSet rules(IpFamily family, boolean taking) {
        return new RuleSet(
                family,
                List.of(
                        new RuleSet.Table("mangle", List.of(inbound(family, taking), answers())),
                        new RuleSet.Table("nat", List.of(outbound(family, taking)))),
                true);
    }

    private RuleSet.Chain outbound(IpFamily family, boolean taking) {
        var rules = new ArrayList<String>();
        rules.add("-m mark --mark " + hex(mark) + " -j RETURN");
        rules.add("-o lo -j RETURN");
        rules.add("-d " + family.linkLocal() + " -j RETURN");
        for (var cidr : excludedOutboundCidrs) {
            if (cidr.family() == family) {
                rules.add("-d " + cidr + " -j RETURN");
            }
        }
        excludedOutboundPorts.forEach(port -> rules.add(portReturns(port)));
        if (taking) {
            rules.add(SYN + " -j REDIRECT --to-ports " + outboundPort);
        }
        return new RuleSet.Chain("FAIRLEAD_OUTPUT", "OUTPUT", "-p tcp", rules);
    }

    private RuleSet.Chain inbound(IpFamily family, boolean taking) {
        var rules = new ArrayList<String>();
        rules.add("-i lo -j RETURN");
        rules.add("-s " + family.probeSource() + " -j RETURN");
        // Not SYNs: one that meets a connection in TIME_WAIT would be let through to the
        // application's own listener; TPROXY hands it to ours.
        rules.add(NOT_SYN + " -m socket --transparent -j MARK --set-xmark " + RETURN_MARK);
        rules.add("-m mark --mark " + RETURN_MARK + " -j ACCEPT");
        excludedInboundPorts.forEach(port -> rules.add(portReturns(port)));
        if (taking) {
            rules.add(
                    "%s -j TPROXY --on-port %d --on-ip %s --tproxy-mark %s"
                            .formatted(SYN, inboundPort, family.any(), RETURN_MARK));
        }
        return new RuleSet.Chain("FAIRLEAD_PREROUTING", "PREROUTING", "-p tcp", rules);
    }

    /** The application's answers to connections that carry a caller's address come back to us. */
    private RuleSet.Chain answers() {
        return new RuleSet.Chain(
                "FAIRLEAD_OUTPUT",
                "OUTPUT",
                "-p tcp",
                List.of(
                        "-m mark --mark " + hex(mark) + " -j CONNMARK --save-mark",
                        "-m mark --mark " + hex(mark) + " -j RETURN",
                        "-m connmark --mark %s -m conntrack --ctdir REPLY -j MARK --set-xmark %s"
                                .formatted(hex(mark), RETURN_MARK)));
    }

    private static String portReturns(int port) {
        return "-p tcp -m tcp --dport " + port + " -j RETURN";
    }

    private static String hex(int mark) {
        return "0x" + Integer.toHexString(mark);
    }
}
