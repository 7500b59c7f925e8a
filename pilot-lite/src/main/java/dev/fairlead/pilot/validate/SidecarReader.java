package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Sidecar;
import dev.fairlead.pilot.state.Sidecar.Import;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a Sidecar. */
final class SidecarReader {

    private final Meta meta;
    private final Compat compat;

    SidecarReader(Meta meta, MeshSettings mesh) {
        this.meta = meta;
        this.compat = mesh.compat();
    }

    Sidecar read(Fields spec) {
        spec.notYet("ingress", "inboundConnectionPool");
        @Nullable Map<String, String> selector =
                spec.object("workloadSelector", fields -> Checks.labels(fields, "labels"));
        List<List<Import>> listeners = spec.list("egress", SidecarReader::listener);
        if (listeners.size() > 1) {
            spec.problem("egress[1]", "more than one listener without a port");
        }
        @Nullable Egress egress = spec.object("outboundTrafficPolicy", this::policy);
        if (!spec.has("egress") && !spec.has("ingress") && !spec.has("outboundTrafficPolicy")) {
            spec.wrong("says nothing: egress or outboundTrafficPolicy is needed");
        }
        return new Sidecar(
                meta,
                selector == null ? Map.of() : selector,
                listeners.isEmpty() ? List.of(Import.EVERYTHING) : listeners.getFirst(),
                egress);
    }

    private static List<Import> listener(Fields listener) {
        listener.notYet("port", "bind");
        String mode = listener.string("captureMode");
        switch (mode) {
            case "", "DEFAULT", "IPTABLES" -> {}
            case "NONE" -> listener.problem("captureMode", mode + ": " + Problem.NOT_SUPPORTED);
            default -> listener.problem("captureMode", "unknown value " + mode);
        }
        List<String> hosts = listener.stringList("hosts");
        if (hosts.isEmpty()) {
            listener.problem("hosts", "at least one host is needed");
        }
        List<Import> imports = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            int slash = host.indexOf('/');
            String reason =
                    slash < 0
                            ? "\"" + host + "\" is not namespace/host"
                            : problem(host.substring(0, slash), host.substring(slash + 1));
            if (reason.isEmpty() && !seen.add(host)) {
                reason = "duplicate host " + host;
            }
            if (!reason.isEmpty()) {
                listener.problem("hosts[" + i + "]", reason);
            } else {
                imports.add(new Import(host.substring(0, slash), host.substring(slash + 1)));
            }
        }
        return imports;
    }

    private static String problem(String namespace, String host) {
        if (!Set.of("*", ".", "~").contains(namespace) && !HostNames.isLabel(namespace)) {
            return "\"" + namespace + "\" is not a namespace, *, . or ~";
        }
        return HostNames.hostProblem(host, true);
    }

    private @Nullable Egress policy(Fields policy) {
        policy.notYet("egressProxy");
        return MeshSettingsReader.egress(policy, compat);
    }
}
