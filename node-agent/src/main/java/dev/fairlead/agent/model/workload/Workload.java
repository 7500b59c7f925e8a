package dev.fairlead.agent.model.workload;

import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pod of the mesh as the control plane knows it, on whatever node.
 *
 * @param captured its node's agent has reported that its traffic is captured: it speaks mTLS
 * @param isolated a NetworkPolicy selects it: packets to and from it must cross its interface
 * @param workloadName the owning Deployment, or the pod itself
 * @param services FQDNs of the Services that select it, oldest first
 * @param membership what its own node's agent is to do with it
 * @param plaintext where its policy takes no mutual TLS
 * @param identities that it may prove: its own, and those of its trust domain's aliases
 */
public record Workload(
        String uid,
        String namespace,
        String name,
        SpiffeId identity,
        Map<String, String> labels,
        List<InetAddress> addresses,
        String node,
        boolean captured,
        boolean isolated,
        String workloadName,
        List<String> services,
        Membership membership,
        Plaintext plaintext,
        Set<SpiffeId> identities) {

    /**
     * Whether the traffic of a pod is to be captured.
     *
     * @param leftAlone why not, where its namespace asks for it; else empty
     * @param scope the client scope that it is in; empty: its namespace's
     */
    public record Membership(
            boolean enrolled, String leftAlone, CaptureExclusions exclusions, String scope) {
        /** As a control plane says that knows nothing of enrolment. */
        public static final Membership UNTOLD = new Membership(false, "", CaptureExclusions.NONE);

        public Membership(boolean enrolled, String leftAlone, CaptureExclusions exclusions) {
            this(enrolled, leftAlone, exclusions, "");
        }
    }

    /**
     * Where a pod takes no mutual TLS, captured or not.
     *
     * @param usual on all ports but {@code otherwise}
     */
    public record Plaintext(boolean usual, Set<Integer> otherwise) {
        public static final Plaintext NOWHERE = new Plaintext(false, Set.of());

        public Plaintext {
            otherwise = Set.copyOf(otherwise);
        }

        boolean at(int port) {
            return usual != otherwise.contains(port);
        }
    }

    /** Of a pod that takes mutual TLS everywhere, if captured. */
    public Workload(
            String uid,
            String namespace,
            String name,
            SpiffeId identity,
            Map<String, String> labels,
            List<InetAddress> addresses,
            String node,
            boolean captured,
            boolean isolated,
            String workloadName,
            List<String> services,
            Membership membership) {
        this(
                uid,
                namespace,
                name,
                identity,
                labels,
                addresses,
                node,
                captured,
                isolated,
                workloadName,
                services,
                membership,
                Plaintext.NOWHERE,
                Set.of(identity));
    }

    public Workload {
        labels = Map.copyOf(labels);
        addresses = List.copyOf(addresses);
        services = List.copyOf(services);
        identities = Set.copyOf(identities);
    }

    /** Whether mutual TLS is understood on a port. */
    public boolean speaksMutualTls(int port) {
        return captured && !plaintext.at(port);
    }

    /** The label {@code app}, else the canonical name's labels, else {@code unknown}. */
    public String app() {
        return firstLabel("app", "app.kubernetes.io/name", "service.istio.io/canonical-name");
    }

    /** The label {@code version}, else the canonical revision's labels, else {@code unknown}. */
    public String version() {
        return firstLabel(
                "version", "app.kubernetes.io/version", "service.istio.io/canonical-revision");
    }

    private String firstLabel(String... names) {
        for (String name : names) {
            String value = labels.get(name);
            if (value != null) {
                return value;
            }
        }
        return "unknown";
    }
}
