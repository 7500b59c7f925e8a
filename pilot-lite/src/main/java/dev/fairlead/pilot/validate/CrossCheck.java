package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Delegation;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.JwtRule.Keys;
import dev.fairlead.pilot.state.KeySet;
import dev.fairlead.pilot.state.MixerWiring;
import dev.fairlead.pilot.state.Origins;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Whose;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.RateLimit;
import dev.fairlead.pilot.state.RequestAuthentication;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.Sidecar;
import dev.fairlead.pilot.state.Sidecar.Import;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Looks at accepted objects beside each other. What it finds does not stop an object, as in Istio,
 * but its user should know.
 */
public final class CrossCheck {

    private final ClusterState state;
    private final Map<ObjectKey, List<Problem>> warnings = new HashMap<>();

    private CrossCheck(ClusterState state) {
        this.state = state;
    }

    /** Warnings by object; objects without one are not in the map. */
    public static Map<ObjectKey, List<Problem>> warnings(ClusterState state) {
        var check = new CrossCheck(state);
        check.virtualServices();
        check.destinationRules();
        check.sidecars();
        check.peerPolicies();
        var access = new AccessCheck(state, check::warn);
        access.policies();
        access.roles();
        check.rateLimits();
        check.healthChecks();
        check.mixer();
        check.requestAuthentications();
        return Map.copyOf(check.warnings);
    }

    private void virtualServices() {
        var routes = new RouteCheck(state, this::warn);
        Map<String, List<VirtualService>> hosts = new HashMap<>();
        for (VirtualService rule : state.virtualServices()) {
            for (int i = 0; i < rule.hosts().size(); i++) {
                String host = rule.hosts().get(i);
                List<VirtualService> older = hosts.computeIfAbsent(host, h -> new ArrayList<>());
                for (VirtualService other : older) {
                    if (rank(rule) == rank(other)
                            && rule.visibility().overlaps(other.visibility())) {
                        warn(rule.meta().key(), "spec.hosts[" + i + "]", taken(other.meta().key()));
                        break;
                    }
                }
                older.add(rule);
            }
            routes.check(rule);
            for (int i = 0; i < rule.tls().size(); i++) {
                routes.targets(rule, "spec.tls[" + i + "]", rule.tls().get(i).targets());
            }
            for (int i = 0; i < rule.tcp().size(); i++) {
                routes.targets(rule, "spec.tcp[" + i + "]", rule.tcp().get(i).targets());
            }
        }
    }

    private static int rank(VirtualService rule) {
        return rule.visibility().rank(rule.meta().namespace());
    }

    /** Several rules of a namespace for one host are merged: what then is not in force. */
    private void destinationRules() {
        Map<String, List<DestinationRule>> hosts = new HashMap<>();
        var tunnels =
                new TunnelCheck(
                        state, (rule, field, reason) -> warn(rule.meta().key(), field, reason));
        for (DestinationRule rule : state.destinationRules()) {
            tunnels.check(rule);
            var older =
                    hosts.computeIfAbsent(
                            rule.meta().namespace() + "/" + rule.host(), h -> new ArrayList<>());
            for (DestinationRule other : older) {
                if (rule.visibility().overlaps(other.visibility())
                        && Objects.equals(rule.selector(), other.selector())) {
                    shadowed(rule, other);
                }
            }
            older.add(rule);
        }
    }

    private void shadowed(DestinationRule rule, DestinationRule older) {
        String taken = taken(older.meta().key());
        ObjectKey key = rule.meta().key();
        if (!rule.policy().equals(TrafficPolicy.NONE)
                && !older.policy().equals(TrafficPolicy.NONE)) {
            warn(key, "spec.trafficPolicy", taken);
        }
        for (int i = 0; i < rule.subsets().size(); i++) {
            if (older.subset(rule.subsets().get(i).name()) != null) {
                warn(key, "spec.subsets[" + i + "].name", taken);
            }
        }
    }

    private void sidecars() {
        Map<String, Sidecar> scopes = new HashMap<>();
        List<Sidecar> selecting = new ArrayList<>();
        for (Sidecar sidecar : state.sidecars()) {
            imports(sidecar);
            ObjectKey key = sidecar.meta().key();
            if (sidecar.selector().isEmpty()) {
                Sidecar older = scopes.putIfAbsent(key.namespace(), sidecar);
                if (older != null) {
                    warn(key, "metadata.name", taken(older.meta().key()));
                }
                continue;
            }
            for (Sidecar older : selecting) {
                if (state.pods().values().stream()
                        .anyMatch(pod -> older.selects(pod) && sidecar.selects(pod))) {
                    warn(
                            key,
                            "spec.workloadSelector",
                            "not in force for pods that the older "
                                    + older.meta().key().display()
                                    + " selects too");
                }
            }
            selecting.add(sidecar);
        }
    }

    private void imports(Sidecar sidecar) {
        for (int i = 0; i < sidecar.imports().size(); i++) {
            Import wanted = sidecar.imports().get(i);
            if (!wanted.host().startsWith("*")
                    && !ofClients(wanted, sidecar)
                    && !isKnown(wanted, sidecar.meta().namespace())) {
                warn(
                        sidecar.meta().key(),
                        "spec.egress[0].hosts[" + i + "]",
                        "nothing is " + wanted.namespace() + "/" + wanted.host());
            }
        }
    }

    /** Whose namespace is meant depends on the client, or nobody's is. */
    private boolean ofClients(Import wanted, Sidecar sidecar) {
        return wanted.namespace().equals("~")
                || (wanted.namespace().equals(".")
                        && sidecar.meta().namespace().equals(state.mesh().rootNamespace()));
    }

    private boolean isKnown(Import wanted, String namespace) {
        return state.services().stream()
                        .anyMatch(s -> wanted.takes(s.fqdn(), s.namespace(), namespace))
                || state.virtualServices().stream()
                        .anyMatch(v ->
                                v.hosts().stream()
                                        .anyMatch(h ->
                                                wanted.takes(h, v.meta().namespace(), namespace)));
    }

    private void peerPolicies() {
        Map<String, Map<Object, PeerPolicy>> scopes = new HashMap<>();
        for (PeerPolicy policy : state.peerPolicies()) {
            Map<Object, PeerPolicy> scope =
                    scopes.computeIfAbsent(policy.namespace(), namespace -> new HashMap<>());
            boolean root = policy.namespace().equals(state.mesh().rootNamespace());
            switch (policy.whose()) {
                case Whose.Everyone everyone -> first(scope, everyone, policy);
                case Whose.Labelled labelled -> {
                    if (root) { // as in Istio, which looks at the mesh's policy only there
                        warn(
                                policy.meta().key(),
                                "spec.selector",
                                "of the root namespace: not in force");
                    } else {
                        first(scope, labelled, policy);
                    }
                }
                case Whose.Targets(var targets) ->
                        targets.forEach(target -> first(scope, target, policy));
            }
        }
    }

    private void first(Map<Object, PeerPolicy> scope, Object what, PeerPolicy policy) {
        PeerPolicy older = scope.putIfAbsent(what, policy);
        if (older != null && !older.meta().key().equals(policy.meta().key())) {
            warn(policy.meta().key(), "metadata.name", taken(older.meta().key()));
        }
    }

    /** Those of routes: there must be one of that name, and the oldest has it. */
    private void rateLimits() {
        List<RateLimit> ofRoutes =
                state.rateLimits().stream().filter(limit -> limit.route() != null).toList();
        if (ofRoutes.isEmpty()) {
            return;
        }
        List<VirtualService> rules = Delegation.of(state.virtualServices(), null).inForce();
        Map<String, RateLimit> oldest = new HashMap<>();
        for (RateLimit limit : ofRoutes) {
            ObjectKey key = limit.meta().key();
            RateLimit older = oldest.putIfAbsent(key.namespace() + "/" + limit.route(), limit);
            if (older != null) {
                warn(key, "spec.route", taken(older.meta().key()));
            } else if (rules.stream().noneMatch(limit::isOf)) {
                warn(key, "spec.route", "no VirtualService of this namespace has such a route");
            }
        }
    }

    /** Of those of one host and port the oldest holds; of headless Services nobody is asked. */
    private void healthChecks() {
        Map<String, List<HealthCheck>> ports = new HashMap<>();
        for (HealthCheck check : state.healthChecks()) {
            ObjectKey key = check.meta().key();
            List<HealthCheck> older =
                    ports.computeIfAbsent(
                            key.namespace() + "/" + check.host() + "/" + check.port(),
                            of -> new ArrayList<>());
            for (HealthCheck other : older) {
                if (check.visibility().overlaps(other.visibility())) {
                    warn(key, "spec.host", taken(other.meta().key()));
                }
            }
            older.add(check);
            for (Service service : state.services()) {
                if (service.fqdn().equals(check.host())) {
                    ofService(check, service);
                }
            }
        }
    }

    private static boolean speaksHttp2(HealthCheck check, Service.Port port) {
        return port.protocol() == Protocol.HTTP2
                && (check.port() == 0 || check.port() == port.port());
    }

    private void ofService(HealthCheck check, Service service) {
        ObjectKey key = check.meta().key();
        if (service.headless()) {
            warn(key, "spec.host", "is headless: its clients choose endpoints, nobody is asked");
        }
        if (check.check().question() instanceof HealthCheck.Question.Grpc
                && service.ports().stream().noneMatch(port -> speaksHttp2(check, port))) {
            warn(key, "spec.grpc", "is for ports that are declared grpc or http2");
        }
        if (check.port() > 0
                && service.ports().stream().noneMatch(port -> port.port() == check.port())) {
            warn(key, "spec.port", check.host() + " has no port " + check.port());
        }
    }

    private void mixer() {
        if (!state.mixer().isEmpty()) {
            new MixerWiring(state.mixer(), state.mesh().rootNamespace())
                    .findings()
                    .forEach(found -> warn(found.object(), found.field(), found.reason()));
        }
    }

    /** Keys that could not be fetched: without any no token holds. */
    private void requestAuthentications() {
        for (RequestAuthentication policy : state.requestAuthentications()) {
            for (int i = 0; i < policy.rules().size(); i++) {
                if (policy.rules().get(i).keys() instanceof Keys.Remote remote) {
                    keys(policy.meta().key(), "spec.jwtRules[" + i + "].jwksUri", remote);
                }
            }
        }
        for (PeerPolicy policy : state.peerPolicies()) {
            if (policy.origins() != null) {
                origins(policy, policy.origins());
            }
        }
    }

    private void origins(PeerPolicy policy, Origins origins) {
        for (int i = 0; i < origins.origins().size(); i++) {
            if (origins.origins().get(i).rule().keys() instanceof Keys.Remote remote) {
                keys(policy.meta().key(), "spec.origins[" + i + "].jwt.jwksUri", remote);
            }
        }
    }

    private void keys(ObjectKey key, String field, Keys.Remote remote) {
        KeySet keys = state.keySets().getOrDefault(remote, KeySet.NONE);
        if (!keys.failure().isEmpty()) {
            warn(
                    key,
                    field,
                    (keys.text().isEmpty()
                                    ? "no keys yet, no token of this issuer holds: "
                                    : "no newer keys, the last ones hold: ")
                            + keys.failure());
        }
    }

    private static String taken(ObjectKey older) {
        return "not in force: the older " + older.display() + " has it";
    }

    private void warn(ObjectKey key, String field, String reason) {
        warnings.computeIfAbsent(key, k -> new ArrayList<>()).add(new Problem(field, reason));
    }
}
