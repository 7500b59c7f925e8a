package dev.fairlead.ca;

import dev.fairlead.ca.PodIndex.Account;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.Caller;
import java.io.IOException;
import java.util.Set;

/**
 * Who may have which identity. A node: those of pods that run on it, never the mesh's own. The
 * control plane: its own. Thread: any.
 */
final class Authorizer {

    /** The answer to a caller who wants an identity. */
    sealed interface Decision {}

    record Allowed() implements Decision {}

    /** Nobody is known to have it; that may change by itself. */
    record NotYet(String reason) implements Decision {}

    record Refused(String reason) implements Decision {}

    private final PodIndex pods;
    private final SpiffeId pilot;

    Authorizer(PodIndex pods, String trustDomain) {
        this.pods = pods;
        this.pilot = SpiffeId.pilot(trustDomain);
    }

    Decision check(Caller caller, SpiffeId wanted) {
        return switch (caller) {
            case Caller.Pilot() ->
                    wanted.equals(pilot)
                            ? new Allowed()
                            : new Refused("pilot-lite may have its own identity only");
            case Caller.Node(String node) -> checkNode(node, wanted);
        };
    }

    private Decision checkNode(String node, SpiffeId wanted) {
        if (!wanted.trustDomain().equals(pilot.trustDomain())) {
            return new Refused("the trust domain is " + pilot.trustDomain());
        }
        if (wanted.namespace().equals(pilot.namespace())) {
            return new Refused("the control plane's identities are not for nodes");
        }
        Account account = new Account(wanted.namespace(), wanted.serviceAccount());
        if (pods.nodesOf(account).contains(node)) {
            return new Allowed();
        }
        Set<String> nodes;
        try {
            nodes = pods.nodesOfNow(account, node); // the pod may be younger than our last look
        } catch (IOException e) {
            return new NotYet(String.valueOf(e.getMessage()));
        }
        if (nodes.contains(node)) {
            return new Allowed();
        }
        return nodes.isEmpty()
                ? new NotYet("no pod of this account is known yet")
                : new Refused("no pod of this account runs on " + node);
    }
}
