package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.TlsSettings;
import dev.fairlead.wire.enrolment.Enrolment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a client speaks is what servers accept. Source: istioctl 1.0 to 1.2, {@code authn
 * tls-check}.
 */
public final class TlsCheck {

    private static final String PLAIN = "HTTP";
    private static final String MUTUAL = "mTLS";
    private static final String AUTO = "auto";
    private static final String BOTH = "HTTP/mTLS";
    private static final String TLS = "TLS";
    private static final String OTHER_MUTUAL = "custom mTLS";
    private static final String NONE = "-";

    private final Registry registry;
    private final Rules rules;
    private final PeerModes modes;
    private final Pod client;
    private final Client known;

    /**
     * One port of a Service, as a client sees it.
     *
     * @param conflict requests to some of its pods fail
     * @param server what its pods accept
     * @param client what is spoken; {@code auto}: whatever is accepted
     * @param policy {@code name/namespace} of the policies that say so
     * @param rule {@code name/namespace} of the client's DestinationRule
     */
    public record Line(
            String host,
            int port,
            boolean conflict,
            String server,
            String client,
            String policy,
            String rule) {}

    private TlsCheck(ClusterState state, Pod client) {
        registry = Registry.of(state, null);
        rules = new Rules(state);
        modes = new PeerModes(registry);
        this.client = client;
        known = Client.of(client, SourceLabels.of(state));
    }

    /** Of all Services that a pod can see, by name and port. Subsets are not looked at. */
    public static List<Line> of(ClusterState state, Pod client) {
        return new TlsCheck(state, client).lines();
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (Service service : registry.services()) {
            if (registry.visible(service, client.namespace())) {
                for (Service.Port port : service.ports()) {
                    if (port.protocol() != Protocol.UDP) {
                        lines.add(line(service, port));
                    }
                }
            }
        }
        lines.sort(Comparator.comparing(Line::host).thenComparingInt(Line::port));
        return lines;
    }

    private Line line(Service service, Service.Port port) {
        DestinationRule rule = rules.destinationRule(known, service);
        String spoken = spoken(rule, port);
        SortedSet<String> accepted = new TreeSet<>();
        SortedSet<String> policies = new TreeSet<>();
        for (Pod pod : registry.state().pods().values()) {
            int number =
                    pod.namespace().equals(service.namespace())
                            ? registry.targetPort(service, port, pod)
                            : 0;
            if (number == 0) {
                continue;
            }
            PeerModes.Saying saying = modes.at(pod, number);
            accepted.add(isInMesh(pod) ? accepted(saying.mode()) : PLAIN);
            PeerPolicy by = saying.by();
            if (by != null) {
                policies.add(name(by.meta()));
            }
        }
        if (accepted.isEmpty() && !service.ports().isEmpty()) {
            accepted.add(PLAIN); // of whoever is not a pod
        }
        return new Line(
                service.fqdn(),
                port.port(),
                accepted.contains(PLAIN) && spoken.equals(MUTUAL)
                        || accepted.contains(MUTUAL)
                                && !(spoken.equals(MUTUAL) || spoken.equals(AUTO)),
                String.join(",", accepted),
                spoken,
                policies.isEmpty() ? NONE : String.join(",", policies),
                rule == null ? NONE : name(rule.meta()));
    }

    private String spoken(@Nullable DestinationRule rule, Service.Port port) {
        if (!isInMesh(client)) {
            return PLAIN;
        }
        TlsSettings tls =
                rule == null ? null : rule.policy().at(port.port(), TrafficPolicy.NONE).tls();
        return switch (tls == null ? null : tls.mode()) {
            case ISTIO_MUTUAL -> MUTUAL;
            case DISABLE -> PLAIN;
            case SIMPLE -> TLS;
            case MUTUAL -> OTHER_MUTUAL;
            case null -> registry.state().mesh().modern() ? AUTO : PLAIN;
        };
    }

    private static String accepted(Mode mode) {
        return switch (mode) {
            case STRICT -> MUTUAL;
            case PERMISSIVE, UNSET -> BOTH;
            case DISABLE -> PLAIN;
        };
    }

    private boolean isInMesh(Pod pod) {
        return registry.enrolment(pod) instanceof Enrolment.Enrolled;
    }

    private static String name(Meta meta) {
        return meta.name() + "/" + meta.namespace();
    }
}
