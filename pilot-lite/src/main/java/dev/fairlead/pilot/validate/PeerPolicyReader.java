package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import java.util.List;

/** Reads the specs of PeerAuthentication and of its forerunners Policy and MeshPolicy. */
final class PeerPolicyReader {

    private final Meta meta;
    private final String rootNamespace;

    PeerPolicyReader(Meta meta, String rootNamespace) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
    }

    PeerPolicy peerAuthentication(Fields spec) {
        spec.notYet("selector", "portLevelMtls");
        Mode mode =
                spec.object(
                        "mtls",
                        mtls -> {
                            Mode given = mtls.choice("mode", Mode.values());
                            return given == null ? Mode.UNSET : given;
                        });
        String scope = meta.namespace().equals(rootNamespace) ? "" : meta.namespace();
        return new PeerPolicy(meta, scope, mode == null ? Mode.UNSET : mode);
    }

    PeerPolicy meshPolicy(Fields spec) {
        return new PeerPolicy(meta, "", oldMode(spec));
    }

    PeerPolicy policy(Fields spec) {
        return new PeerPolicy(meta, meta.namespace(), oldMode(spec));
    }

    /** Both are called {@code default}: other names were for policies with targets. */
    private Mode oldMode(Fields spec) {
        spec.notYet("targets", "origins", "originIsOptional", "peerIsOptional", "principalBinding");
        if (!meta.name().equals("default")) {
            spec.wrong("a policy without targets must be named default, not " + meta.name());
        }
        List<Mode> peers = spec.list("peers", PeerPolicyReader::peer);
        if (peers.size() > 1) {
            spec.problem("peers", "more than one method: " + Problem.NOT_SUPPORTED);
        }
        return peers.isEmpty() ? Mode.DISABLE : peers.getFirst();
    }

    private static Mode peer(Fields peer) {
        peer.notYet("jwt");
        Mode mode = peer.object("mtls", PeerPolicyReader::oldMtls);
        return mode == null ? Mode.STRICT : mode; // "mtls:" with nothing after it
    }

    private static Mode oldMtls(Fields mtls) {
        mtls.notYet("allowTls");
        Mode mode = mtls.choice("mode", new Mode[] {Mode.STRICT, Mode.PERMISSIVE});
        return mode == null ? Mode.STRICT : mode;
    }
}
