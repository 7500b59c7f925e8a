package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.PeerPolicy.Target;
import dev.fairlead.pilot.state.PeerPolicy.Whose;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the specs of PeerAuthentication and of its forerunners Policy and MeshPolicy. Source:
 * istio.io "PeerAuthentication"; of 1.0 to 1.2, authentication.istio.io/v1alpha1.
 */
final class PeerPolicyReader {

    private static final String DEFAULT = "default";
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final Meta meta;
    private final String rootNamespace;

    PeerPolicyReader(Meta meta, String rootNamespace) {
        this.meta = meta;
        this.rootNamespace = rootNamespace;
    }

    PeerPolicy peerAuthentication(Fields spec) {
        Map<String, String> given =
                spec.object(
                        "selector",
                        selector -> {
                            Checks.labels(selector, "matchLabels");
                            return selector.strings("matchLabels");
                        });
        Map<String, String> labels = given == null ? Map.of() : given;
        boolean everyone = labels.isEmpty();
        Mode mode = spec.object("mtls", PeerPolicyReader::mode);
        Map<Integer, Mode> ports = new HashMap<>();
        spec.map("portLevelMtls", PeerPolicyReader::mode)
                .forEach((port, ofPort) -> ports.put(port(spec, port), ofPort));
        if (spec.has("portLevelMtls") && spec.size("portLevelMtls") == 0) {
            spec.problem("portLevelMtls", "is empty");
        }
        if (everyone && !ports.isEmpty()) {
            spec.problem("portLevelMtls", "needs a selector");
        } else if (spec.has("portLevelMtls") && ports.isEmpty()) {
            spec.problem("portLevelMtls", "is empty");
        }
        boolean root = meta.namespace().equals(rootNamespace);
        return new PeerPolicy(
                meta,
                root && everyone ? "" : meta.namespace(),
                everyone ? new Whose.Everyone() : new Whose.Labelled(labels),
                mode == null ? Mode.UNSET : mode,
                ports);
    }

    private static Mode mode(String port, Fields mtls) {
        return mode(mtls);
    }

    private static Mode mode(Fields mtls) {
        Mode given = mtls.choice("mode", Mode.values());
        return given == null ? Mode.UNSET : given;
    }

    private static int port(Fields spec, String text) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > DestinationsReader.MAX_PORT) {
            spec.problem("portLevelMtls." + text, "is not a port");
        }
        return port;
    }

    PeerPolicy meshPolicy(Fields spec) {
        if (!spec.list("targets", this::target).isEmpty()) {
            spec.problem("targets", "a MeshPolicy is for all");
        }
        if (!meta.name().equals(DEFAULT)) {
            spec.wrong("a MeshPolicy must be named default, not " + meta.name());
        }
        return new PeerPolicy(
                meta,
                "",
                new Whose.Everyone(),
                oldMode(spec),
                Map.of(),
                OriginsReader.read(spec));
    }

    PeerPolicy policy(Fields spec) {
        List<Target> targets = spec.list("targets", this::target);
        if (targets.isEmpty() != meta.name().equals(DEFAULT)) {
            spec.wrong(
                    targets.isEmpty()
                            ? "a policy without targets must be named default, not " + meta.name()
                            : "a policy with targets must not be named default");
        }
        return new PeerPolicy(
                meta,
                meta.namespace(),
                targets.isEmpty() ? new Whose.Everyone() : new Whose.Targets(targets),
                oldMode(spec),
                Map.of(),
                OriginsReader.read(spec));
    }

    private Target target(Fields target) {
        target.notYet("labels", "subset");
        String name = Checks.needed(target, "name");
        if (!name.isEmpty() && !LABEL.matcher(name).matches()) {
            target.problem("name", "must be the short name of a Service of this namespace");
        }
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        target.list("ports", port -> port(port, numbers, names));
        return new Target(name, numbers, names);
    }

    private static boolean port(Fields port, Set<Integer> numbers, Set<String> names) {
        if (port.has("number") == port.has("name")) {
            port.wrong("one of number, name is needed");
        } else if (port.has("number")) {
            numbers.add(port.integer("number", 1, DestinationsReader.MAX_PORT, 0));
        } else {
            names.add(Checks.needed(port, "name"));
        }
        return true;
    }

    private Mode oldMode(Fields spec) {
        List<Mode> peers = spec.list("peers", PeerPolicyReader::peer);
        boolean optional = spec.bool("peerIsOptional");
        if (peers.size() > 1) {
            spec.problem("peers", "more than one method: " + Problem.NOT_SUPPORTED);
        }
        if (peers.isEmpty()) {
            return Mode.DISABLE;
        }
        return optional ? Mode.PERMISSIVE : peers.getFirst();
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
