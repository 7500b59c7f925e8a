package dev.fairlead.iptables;

import java.util.ArrayList;
import java.util.List;

/** Whether this machine can capture: tools, kernel, connection tracking. Touches nothing. */
final class NodeCheck {

    private NodeCheck() {}

    /** One thing looked at. A warning is not {@code bad}. */
    record Item(boolean bad, String text) {}

    static List<Item> run(Backend backend) {
        var items = new ArrayList<Item>();
        var version = NamespaceShell.here().run("iptables -V; uname -r");
        items.add(
                version.exit() == 0
                        ? new Item(
                                false,
                                "tools: "
                                        + String.join(", kernel ", version.out().lines().toList()))
                        : new Item(true, "tools: " + version.complaint()));
        var outcome = new RuleApplier(backend).tryOut(PodRules.all()::captured);
        items.add(
                switch (outcome) {
                    case RuleOutcome.Whole() ->
                            new Item(false, "rules: taken, in a scratch namespace");
                    case RuleOutcome.Changed(var _) -> new Item(false, "rules: taken");
                    case RuleOutcome.Faulty(var findings) -> new Item(true, "rules: " + findings);
                    case RuleOutcome.Failed(var reason) -> new Item(true, "rules: " + reason);
                });
        var validMark = NamespaceShell.here().run("cat /proc/sys/net/ipv4/conf/all/src_valid_mark");
        if (validMark.out().strip().equals("1")) {
            items.add(
                    new Item(
                            false,
                            "warning: net.ipv4.conf.all.src_valid_mark=1: in a pod with it and"
                                    + " rp_filter=1 answers of applications are dropped"));
        }
        return items;
    }
}
