package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.network.KubeProxyRules;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.host.NetworkNamespace;
import dev.fairlead.lab.host.Shell;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps every node's Service rules as they should be. Owner: the engine's thread. */
final class ServiceRules {

    private static final Logger log = LoggerFactory.getLogger(ServiceRules.class);

    private final Map<String, KubeProxyRules> current = new HashMap<>();

    /** Applies what changed; a node whose rules fail is named in the log and tried again. */
    void apply(List<LabNode> nodes, Applied applied, List<ObjectNode> slices) {
        for (LabNode node : nodes) {
            KubeProxyRules before = current.getOrDefault(node.name(), KubeProxyRules.NONE);
            KubeProxyRules next = KubeProxyRules.render(node, applied, slices, before);
            if (!next.text().equals(before.text())) {
                try {
                    restore(node.name(), next.text());
                    current.put(node.name(), next);
                } catch (IOException e) {
                    log.warn("service rules failed node={}", node.name(), e);
                }
            }
        }
    }

    private static void restore(String node, String text) throws IOException {
        Shell.Result result =
                Shell.run(
                        List.of(
                                "nsenter",
                                "--net=" + new NetworkNamespace(node).path(),
                                "iptables-restore",
                                "--noflush",
                                "--wait"),
                        text);
        if (!result.ok()) {
            throw new IOException(result.output().strip());
        }
    }
}
