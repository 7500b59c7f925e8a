package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.ProxyProtocol;
import dev.fairlead.wire.enrolment.Enrolment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A pod as a destination, and as what its peers may know of it.
 *
 * @param scope name of the scope that it is a client in
 * @param enrolment whether its traffic is to be captured
 * @param isolated a NetworkPolicy selects it
 * @param modes what it accepts from its peers
 * @param ports its Services' target ports, ascending
 * @param services names of the Services that select it, oldest first
 * @param checks what requests to a port must pass, in order; of 0: to all that no Service names
 * @param authorizations what callers of a port may do; likewise
 * @param tokens which tokens they bring; likewise
 */
public record PodView(
        Pod pod,
        String scope,
        Enrolment enrolment,
        boolean captured,
        boolean isolated,
        Modes modes,
        List<Port> ports,
        List<String> services,
        Map<Integer, List<InboundCheck>> checks,
        Map<Integer, Authorization> authorizations,
        Map<Integer, Tokens> tokens) {

    public PodView {
        ports = List.copyOf(ports);
        services = List.copyOf(services);
        checks = Map.copyOf(checks);
        authorizations = Map.copyOf(authorizations);
        tokens = Map.copyOf(tokens);
    }

    /**
     * What a pod accepts from its peers, nowhere UNSET.
     *
     * @param mode of all ports but {@code exceptions}
     */
    public record Modes(Mode mode, Map<Integer, Mode> exceptions) {

        public Modes {
            exceptions = Map.copyOf(exceptions);
        }

        public Mode at(int port) {
            return exceptions.getOrDefault(port, mode);
        }

        /** Whether no port takes mutual TLS. */
        public boolean neverMutual() {
            return mode == Mode.DISABLE
                    && exceptions.values().stream().allMatch(ofPort -> ofPort == Mode.DISABLE);
        }

        /** The ports that have a mode of their own, ascending. */
        public SortedSet<Integer> ports() {
            return new TreeSet<>(exceptions.keySet());
        }
    }

    /**
     * A port that a Service leads to, and the cluster that stands for it.
     *
     * @param upstream what the application is spoken to in
     * @param proxyProtocol what its connections begin with; null: nothing
     */
    public record Port(
            int port,
            Protocol protocol,
            UpstreamProtocol upstream,
            @Nullable ProxyProtocol proxyProtocol,
            String cluster) {}

    /**
     * What requests to a port must pass.
     *
     * @param port 0: all that no Service names
     */
    public List<InboundCheck> checks(int port) {
        return checks.getOrDefault(port, List.of());
    }

    /**
     * What callers of a port may do.
     *
     * @param port 0: all that no Service names
     */
    public Authorization authorization(int port) {
        return authorizations.getOrDefault(port, Authorization.NONE);
    }

    /** Clusters of those who are asked whether callers may. */
    public Set<String> deciders() {
        if (authorizations.isEmpty()) {
            return Set.of();
        }
        Set<String> clusters = new HashSet<>();
        for (Authorization authorization : authorizations.values()) {
            for (Authorization.Custom custom : authorization.custom()) {
                if (custom.provider() != null) {
                    clusters.add(custom.provider().cluster());
                }
            }
        }
        return clusters;
    }

    /**
     * Which tokens requests to a port bring.
     *
     * @param port 0: all that no Service names
     */
    public Tokens tokens(int port) {
        return tokens.getOrDefault(port, Tokens.NONE);
    }

    /** Name of its listener. */
    public String listener() {
        return "inbound|" + pod.uid();
    }
}
