package dev.fairlead.lab.cluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Service rules of one node, as text for {@code iptables-restore --noflush}, in chains named like
 * kube-proxy's: a ClusterIP is spread over its endpoints at random, one without endpoints is
 * refused, NodePorts answer on the node's own address, a pod that meets itself is masqueraded.
 * Headless Services have none.
 *
 * <p>The text rewrites all own chains and removes those of {@code previous} that are gone; it
 * touches a built-in chain only the first time, to hook its own in. Applied twice it changes
 * nothing.
 *
 * @param text for one call of iptables-restore
 * @param chains own chains in nat after it: {@code previous} of the next text
 */
public record KubeProxyRules(String text, Set<String> chains) {

    /** Before the first text: the hooks are missing too. */
    public static final KubeProxyRules NONE = new KubeProxyRules("", Set.of());

    private static final int HASH = 16;
    private static final String MARK = "0x4000"; // masquerade; a bit that the agent's 0x539 lacks
    private static final String NEW = " -m conntrack --ctstate NEW -j ";
    private static final String SHARE = " -m statistic --mode random --probability ";
    private static final int PROBABILITY_DIGITS = 10;

    public KubeProxyRules {
        chains = Set.copyOf(chains);
    }

    /**
     * The rules of {@code node}.
     *
     * @param slices EndpointSlices as {@link Endpoints#slices} gives them
     */
    public static KubeProxyRules render(
            LabNode node, Applied applied, List<ObjectNode> slices, KubeProxyRules previous) {
        Tables tables = new Tables(node);
        Backends backends = new Backends(slices);
        for (JsonNode service : applied.ofKind("Service")) {
            String type = Json.text(service, "spec.type");
            String address = Json.text(service, "spec.clusterIP");
            if (!address.isEmpty() && !address.equals("None") && !type.equals("ExternalName")) {
                for (JsonNode port : Json.at(service, "spec.ports")) {
                    String name = port.path("name").asText("");
                    String protocol = port.path("protocol").asText("TCP");
                    tables.add(
                            new ServicePort(service, address, port),
                            backends.forPort(service, name, protocol));
                }
            }
        }
        return tables.finish(previous);
    }

    /** One port of one Service. */
    private record ServicePort(JsonNode service, String address, JsonNode port) {

        String display() {
            String name = port.path("name").asText("");
            return Json.namespace(service)
                    + "/"
                    + Json.name(service)
                    + (name.isEmpty() ? "" : ":" + name);
        }

        String protocol() {
            return port.path("protocol").asText("TCP").toLowerCase(Locale.ROOT);
        }

        int number() {
            return port.path("port").asInt();
        }

        int nodePort() {
            return port.path("nodePort").asInt(0);
        }

        String to(int destination) {
            return "-p " + protocol() + " -m " + protocol() + " --dport " + destination;
        }

        String comment(String what) {
            return " -m comment --comment \"" + display() + what + "\"";
        }

        String chain(String prefix, String of) {
            return prefix + Digests.base32(display() + protocol() + of, HASH);
        }
    }

    /** The two tables in the making. */
    private static final class Tables {

        private final StringBuilder filter = new StringBuilder();
        private final StringBuilder services = new StringBuilder();
        private final StringBuilder rest = new StringBuilder();
        private final Set<String> chains =
                new TreeSet<>(
                        Set.of(
                                "KUBE-SERVICES",
                                "KUBE-NODEPORTS",
                                "KUBE-POSTROUTING",
                                "KUBE-MARK-MASQ"));
        private final LabNode node;

        Tables(LabNode node) {
            this.node = node;
        }

        void add(ServicePort port, List<Backends.Backend> backends) {
            if (backends.isEmpty()) {
                refuse(port);
                return;
            }
            String chain = port.chain("KUBE-SVC-", "");
            chains.add(chain);
            String to = port.to(port.number()) + port.comment(" cluster IP");
            append(services, "KUBE-SERVICES -d " + port.address + "/32 " + to + " -j " + chain);
            spread(port, chain, backends);
            if (port.nodePort() > 0) {
                nodePort(port, chain);
            }
        }

        private void refuse(ServicePort port) {
            String refused =
                    port.comment(" has no endpoints")
                            + " -j REJECT --reject-with icmp-port-unreachable";
            String to = port.address + "/32 " + port.to(port.number());
            append(filter, "KUBE-SERVICES -d " + to + refused);
            if (port.nodePort() > 0) {
                to = node.address() + "/32 " + port.to(port.nodePort());
                append(filter, "KUBE-EXTERNAL-SERVICES -d " + to + refused);
            }
        }

        /**
         * Of n endpoints the first takes 1/n, the second 1/(n-1) of the rest, the last what is
         * left.
         */
        private void spread(ServicePort port, String chain, List<Backends.Backend> backends) {
            int left = backends.size();
            for (Backends.Backend backend : backends) {
                String target = backend.address() + ":" + backend.port();
                String endpoint = port.chain("KUBE-SEP-", target);
                chains.add(endpoint);
                String share = left == 1 ? "" : SHARE + decimals(1.0 / left);
                append(rest, chain + port.comment(" -> " + target) + share + " -j " + endpoint);
                String itself = endpoint + " -s " + backend.address() + "/32";
                append(rest, itself + port.comment("") + " -j KUBE-MARK-MASQ");
                append(
                        rest,
                        endpoint
                                + " -p "
                                + port.protocol()
                                + port.comment("")
                                + " -j DNAT --to-destination "
                                + target);
                left--;
            }
        }

        private static String decimals(double probability) {
            return BigDecimal.valueOf(probability)
                    .setScale(PROBABILITY_DIGITS, RoundingMode.HALF_UP)
                    .toPlainString();
        }

        /** Masqueraded, so that the answer of a pod elsewhere comes back through this node. */
        private void nodePort(ServicePort port, String chain) {
            String external = port.chain("KUBE-EXT-", "");
            chains.add(external);
            String to = port.to(port.nodePort()) + port.comment("");
            append(rest, "KUBE-NODEPORTS " + to + " -j " + external);
            append(rest, external + port.comment(" node port") + " -j KUBE-MARK-MASQ");
            append(rest, external + " -j " + chain);
        }

        KubeProxyRules finish(KubeProxyRules previous) {
            boolean first = previous.chains().isEmpty();
            Set<String> stale = new TreeSet<>(previous.chains());
            stale.removeAll(chains);
            StringBuilder text = new StringBuilder("*filter\n");
            declare(text, Set.of("KUBE-SERVICES"));
            declare(text, Set.of("KUBE-EXTERNAL-SERVICES"));
            if (first) {
                append(text, "FORWARD" + NEW + "KUBE-SERVICES");
                append(text, "OUTPUT" + NEW + "KUBE-SERVICES");
                append(text, "INPUT" + NEW + "KUBE-EXTERNAL-SERVICES");
            }
            text.append(filter).append("COMMIT\n*nat\n");
            declare(text, chains);
            declare(text, stale);
            if (first) {
                append(text, "PREROUTING -j KUBE-SERVICES");
                append(text, "OUTPUT -j KUBE-SERVICES");
                append(text, "POSTROUTING -j KUBE-POSTROUTING");
            }
            append(text, "KUBE-MARK-MASQ -j MARK --or-mark " + MARK);
            append(text, "KUBE-POSTROUTING -m mark ! --mark " + MARK + "/" + MARK + " -j RETURN");
            append(text, "KUBE-POSTROUTING -j MARK --xor-mark " + MARK);
            append(text, "KUBE-POSTROUTING -j MASQUERADE");
            text.append(services);
            append(text, "KUBE-SERVICES -d " + node.address() + "/32 -j KUBE-NODEPORTS");
            text.append(rest);
            stale.forEach(chain -> text.append("-X ").append(chain).append('\n'));
            text.append("COMMIT\n");
            return new KubeProxyRules(text.toString(), chains);
        }

        private static void declare(StringBuilder text, Set<String> chains) {
            chains.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
        }

        private static void append(StringBuilder text, String rule) {
            text.append("-A ").append(rule).append('\n');
        }
    }
}
