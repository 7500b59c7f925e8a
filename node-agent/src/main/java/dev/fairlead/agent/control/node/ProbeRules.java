package dev.fairlead.agent.control.node;

import dev.fairlead.iptables.Backend;
import dev.fairlead.iptables.Cidr;
import dev.fairlead.iptables.NodeRules;
import dev.fairlead.iptables.RuleApplier;
import dev.fairlead.iptables.RuleOutcome;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of the node's own namespace: connections of its processes, the kubelet's probes, to the
 * pods that are captured here carry a source by which the pods let them pass. By the pods' own
 * addresses: what range they are from is each network's own business.
 *
 * <p>Owner: who calls it, one at a time. Waits for the tools, some 20 ms.
 */
public final class ProbeRules {

    private static final Logger log = LoggerFactory.getLogger(ProbeRules.class);
    private static final Duration VERIFY = Duration.ofSeconds(60);

    private final RuleApplier applier;
    private SortedSet<String> inForce = new TreeSet<>();
    private long nextLook = System.nanoTime();
    private boolean failing;

    public ProbeRules(Backend backend) {
        this.applier = new RuleApplier(backend);
    }

    /**
     * Makes the rules those for the pods at the given addresses, asked for when it is this caller's
     * turn; looks after them now and then.
     */
    public synchronized void cover(Supplier<Collection<InetAddress>> pods) {
        SortedSet<String> wanted = new TreeSet<>();
        pods.get().forEach(address -> wanted.add(address.getHostAddress()));
        if (wanted.equals(inForce) && System.nanoTime() - nextLook < 0) {
            return;
        }
        List<Cidr> blocks = wanted.stream().map(Cidr::parse).toList();
        RuleOutcome outcome = applier.applyHere(new NodeRules(blocks)::rules);
        if (outcome.good()) {
            inForce = wanted;
            nextLook = System.nanoTime() + VERIFY.toNanos();
        } else if (!failing) {
            log.warn("node's rules are not as they should be outcome=\"{}\"", outcome);
        }
        failing = !outcome.good();
    }

    /** Nothing of ours is left. */
    public synchronized void clean() {
        RuleOutcome outcome = applier.cleanHere();
        if (!outcome.good()) {
            log.warn("node's rules are not removed outcome=\"{}\"", outcome);
        }
        inForce = new TreeSet<>();
        nextLook = System.nanoTime();
    }
}
