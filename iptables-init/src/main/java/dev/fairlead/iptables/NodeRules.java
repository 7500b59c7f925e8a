package dev.fairlead.iptables;

import java.util.List;

/**
 * The rules of the node's own namespace: connections of the node's own processes to its pods (the
 * kubelet's probes) carry a link-local source, by which pods let them pass uncaptured. The same
 * source coming from anywhere else is forged and dropped.
 *
 * @param podCidrs addresses of this node's pods; other nodes' pods must see the node's real address
 */
public record NodeRules(List<Cidr> podCidrs) {

    public NodeRules {
        podCidrs = podCidrs.stream().distinct().toList();
    }

    /** The rules for {@code family}: none where no pod of the node has such an address. */
    public RuleSet rules(IpFamily family) {
        var local = podCidrs.stream().filter(cidr -> cidr.family() == family).toList();
        if (local.isEmpty()) {
            return RuleSet.none(family);
        }
        var source =
                new RuleSet.Chain(
                        "FAIRLEAD_POSTROUTING",
                        "POSTROUTING",
                        "-p tcp",
                        local.stream().map(cidr -> probe(cidr, family)).toList());
        var forged =
                new RuleSet.Chain(
                        "FAIRLEAD_PREROUTING",
                        "PREROUTING",
                        "-s " + family.probeSource(),
                        List.of("-j DROP"));
        return new RuleSet(
                family,
                List.of(
                        new RuleSet.Table("mangle", List.of(forged)),
                        new RuleSet.Table("nat", List.of(source))),
                false);
    }

    private static String probe(Cidr pods, IpFamily family) {
        // not to the node itself, whose own address may be one of these: nobody answers a probe
        // there
        return "-d %s ! -o lo -p tcp -m owner --socket-exists -j SNAT --to-source %s"
                .formatted(pods, family.probeSource());
    }
}
