package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.ServiceCluster.ClientTls;
import dev.fairlead.pilot.compile.ServiceCluster.Endpoint;
import dev.fairlead.pilot.state.ConnectionPool;
import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.DestinationRule.Subset;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.HealthCheck;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Destinations;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.TlsSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names and makes the clusters of Services. What two scopes see alike is made once.
 *
 * <p>Owner: one compilation.
 */
final class ClusterCompiler {

    private static final Subset WHOLE = new Subset("", Map.of(), TrafficPolicy.NONE);

    private final Registry registry;
    private final Rules rules;
    private final PeerModes modes;
    private final MeshSettings mesh;
    private final Map<String, List<ServiceCluster>> made;
    private final Map<String, List<ServiceCluster>> before;

    /** {@code same}: what {@code other} made of Services holds still. */
    ClusterCompiler(
            Registry registry,
            Rules rules,
            PeerModes modes,
            @Nullable ClusterCompiler other,
            boolean same) {
        this.made = other != null && same ? other.made : new HashMap<>();
        this.before = other == null ? Map.of() : other.made;
        this.registry = registry;
        this.rules = rules;
        this.modes = modes;
        this.mesh = registry.state().mesh();
    }

    /** Every cluster of these Services, as clients of a namespace see them. */
    List<ServiceCluster> clusters(String clientNamespace, List<Service> destinations) {
        List<ServiceCluster> all = new ArrayList<>();
        for (Service service : destinations) {
            DestinationRule rule = rules.destinationRule(clientNamespace, service);
            String suffix = suffix(clientNamespace, service, rule);
            all.addAll(
                    made.computeIfAbsent(
                            service.fqdn() + suffix,
                            name ->
                                    asBefore(
                                            name,
                                            clusters(clientNamespace, service, rule, suffix))));
        }
        return all;
    }

    /** Those that are as they were as the same objects. */
    private List<ServiceCluster> asBefore(String name, List<ServiceCluster> now) {
        Map<String, ServiceCluster> old = new HashMap<>();
        before.getOrDefault(name, List.of()).forEach(cluster -> old.put(cluster.name(), cluster));
        return now.stream().map(cluster -> Same.ifEqual(old.get(cluster.name()), cluster)).toList();
    }

    /** Name of a cluster as clients of a namespace see it; whether it exists or not. */
    String name(String clientNamespace, String host, int port, String subset) {
        Service service = registry.service(host);
        String suffix =
                service == null
                        ? ""
                        : suffix(
                                clientNamespace,
                                service,
                                rules.destinationRule(clientNamespace, service));
        return plainName(port, subset, host) + suffix;
    }

    /**
     * By what requests to a cluster are hashed, as clients of a namespace see it; null: they are
     * not.
     */
    ConsistentHash.@Nullable Key hashKey(
            String clientNamespace, String host, int port, String subset) {
        ConsistentHash hash = policy(clientNamespace, host, port, subset).hash();
        return hash == null ? null : hash.key();
    }

    /** A cluster as the target of connections. */
    WeightedCluster target(
            String clientNamespace, String host, int port, String subset, int weight) {
        TrafficPolicy policy = policy(clientNamespace, host, port, subset);
        ConsistentHash hash = policy.hash();
        boolean bySource = hash != null && hash.key() instanceof ConsistentHash.Key.SourceIp;
        return new WeightedCluster(
                name(clientNamespace, host, port, subset),
                weight,
                bySource,
                policy.pool() == null ? ConnectionPool.Tcp.NONE : policy.pool().tcp());
    }

    private TrafficPolicy policy(String clientNamespace, String host, int port, String subset) {
        Service service = registry.service(host);
        if (service == null) {
            return TrafficPolicy.NONE;
        }
        DestinationRule rule = rules.destinationRule(clientNamespace, service);
        Subset part = rule == null ? null : rule.subset(subset);
        return effective(
                rule == null ? TrafficPolicy.NONE : rule.policy(),
                port,
                part == null ? TrafficPolicy.NONE : part.policy());
    }

    private TrafficPolicy effective(TrafficPolicy policy, int port, TrafficPolicy subset) {
        Destinations defaults = mesh.destinations();
        TrafficPolicy effective = policy.at(port, subset);
        return defaults.pool() == null && defaults.outliers() == null
                ? effective
                : effective.or(defaults.pool(), defaults.outliers());
    }

    /** Where a client's rule or check is not the one that the Service's own namespace sees. */
    private String suffix(String clientNamespace, Service service, @Nullable DestinationRule rule) {
        return service.namespace().equals(clientNamespace)
                        || Objects.equals(rule, rules.destinationRule(service.namespace(), service))
                                && asksAlike(clientNamespace, service)
                ? ""
                : "@" + clientNamespace;
    }

    private boolean asksAlike(String clientNamespace, Service service) {
        for (Service.Port port : service.ports()) {
            if (!Objects.equals(
                    rules.healthCheck(clientNamespace, service, port.port()),
                    rules.healthCheck(service.namespace(), service, port.port()))) {
                return false;
            }
        }
        return true;
    }

    private static String plainName(int port, String subset, String host) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }

    private List<ServiceCluster> clusters(
            String clientNamespace,
            Service service,
            @Nullable DestinationRule rule,
            String suffix) {
        List<ServiceCluster> clusters = new ArrayList<>();
        for (Service.Port port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            List<Registry.Member> members = registry.members(service, port);
            HealthCheck check = rules.healthCheck(clientNamespace, service, port.port());
            clusters.add(cluster(service, port, WHOLE, rule, check, members, suffix));
            if (rule != null) {
                for (Subset subset : rule.subsets()) {
                    clusters.add(cluster(service, port, subset, rule, check, members, suffix));
                }
            }
        }
        return clusters;
    }

    private ServiceCluster cluster(
            Service service,
            Service.Port port,
            Subset subset,
            @Nullable DestinationRule rule,
            @Nullable HealthCheck check,
            List<Registry.Member> members,
            String suffix) {
        TrafficPolicy effective =
                effective(
                        rule == null ? TrafficPolicy.NONE : rule.policy(),
                        port.port(),
                        subset.policy());
        LoadBalancing balancing = effective.balancing();
        boolean chosen = service.headless() || balancing == LoadBalancing.PASSTHROUGH;
        DestinationRule.HttpPool http = effective.http();
        UpstreamProtocol protocol =
                UpstreamProtocol.outbound(
                        port.protocol(), mesh.modern(), http, mesh.protocols().upgrade());
        boolean asked = check != null && !chosen && canBeAsked(check, protocol);
        ClusterPolicy policy =
                ClusterPolicy.of(
                        effective, mesh.destinations(), service, rule, asked ? check : null);
        TlsSettings tls = effective.tls();
        List<Registry.Member> part =
                members.stream().filter(member -> member.has(subset.labels())).toList();
        List<Endpoint> endpoints =
                part.stream()
                        .filter(Registry.Member::ready)
                        .map(member -> endpoint(member, policy.placement()))
                        .toList();
        String plain = plainName(port.port(), subset.name(), service.fqdn());
        return new ServiceCluster(
                plain + suffix,
                suffix.isEmpty() ? "" : plain,
                chosen,
                port.protocol() == Protocol.HTTP,
                protocol,
                http == null ? 0 : http.maxConcurrentStreams(),
                balancing != null ? balancing : defaultBalancing(),
                effective.hash(),
                policy,
                tls(tls, chosen && !service.headless() ? endpoints : List.of()),
                tls != null && tls.mode().originates() ? tls : null,
                effective.proxyProtocol(),
                tls == null || tls.sni().isEmpty()
                        ? "outbound_." + port.port() + "_." + subset.name() + "_." + service.fqdn()
                        : tls.sni(),
                tls == null || tls.subjectAltNames().isEmpty()
                        ? identities(part)
                        : tls.subjectAltNames().stream().sorted().distinct().toList(),
                endpoints);
    }

    /** Envoy refuses a cluster that is asked by calls but not in HTTP/2. */
    private static boolean canBeAsked(HealthCheck check, UpstreamProtocol protocol) {
        return !(check.check().question() instanceof HealthCheck.Question.Grpc)
                || protocol == UpstreamProtocol.HTTP2;
    }

    private LoadBalancing defaultBalancing() {
        return mesh.modern() ? LoadBalancing.LEAST_REQUEST : LoadBalancing.ROUND_ROBIN;
    }

    /**
     * @param unseen endpoints behind the one address that is asked for: which of them it will be
     *     nobody knows, so it is mTLS where all speak it
     */
    private ClientTls tls(@Nullable TlsSettings settings, List<Endpoint> unseen) {
        boolean all = !unseen.isEmpty() && unseen.stream().allMatch(Endpoint::mutual);
        return switch (settings == null ? null : settings.mode()) {
            case DISABLE -> ClientTls.NONE;
            case ISTIO_MUTUAL -> ClientTls.MUTUAL;
            case SIMPLE, MUTUAL -> ClientTls.ORIGINATED;
            case null -> !mesh.modern() ? ClientTls.NONE : all ? ClientTls.MUTUAL : ClientTls.AUTO;
        };
    }

    /** In the mesh's trust domain and its aliases. */
    private List<String> identities(List<Registry.Member> members) {
        List<String> domains = new ArrayList<>(mesh.security().trustDomainAliases());
        domains.add(mesh.trustDomain());
        return members.stream()
                .flatMap(member -> java.util.stream.Stream.ofNullable(member.pod()))
                .flatMap(pod -> domains.stream().map(domain -> pod.identity(domain).uri()))
                .sorted()
                .distinct()
                .toList();
    }

    private Endpoint endpoint(Registry.Member member, @Nullable Placement placement) {
        Node node = registry.node(member.node());
        Pod pod = member.pod();
        return new Endpoint(
                member.address(),
                member.port(),
                pod != null
                        && registry.captured(pod)
                        && modes.of(pod).at(member.port()) != Mode.DISABLE,
                node.region(),
                node.zone(),
                node.subZone(),
                node.name(),
                pod == null ? "" : workload(pod),
                placement == null ? List.of() : facts(placement, node, pod));
    }

    private static List<String> facts(Placement placement, Node node, @Nullable Pod pod) {
        List<String> facts = new ArrayList<>();
        for (LocalityBalancing.Priority priority : placement.setting().priorities()) {
            String ofNode = Placement.fact(priority.label(), node);
            facts.add(
                    ofNode.isEmpty() && pod != null
                            ? pod.labels().getOrDefault(priority.label(), "")
                            : ofNode);
        }
        return facts;
    }

    private static String workload(Pod pod) {
        return pod.workload()
                + ";"
                + pod.namespace()
                + ";"
                + label(pod, "app", "app.kubernetes.io/name")
                + ";"
                + label(pod, "version", "app.kubernetes.io/version")
                + ";";
    }

    private static String label(Pod pod, String first, String second) {
        return pod.labels().getOrDefault(first, pod.labels().getOrDefault(second, ""));
    }
}
