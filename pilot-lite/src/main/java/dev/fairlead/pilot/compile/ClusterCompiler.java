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
import dev.fairlead.pilot.state.Tunnel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    private final Neighbours neighbours;
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
        this.neighbours = new Neighbours(registry);
    }

    /** Every cluster of these Services, as clients see them. */
    List<ServiceCluster> clusters(Client client, List<Service> destinations) {
        List<ServiceCluster> all = new ArrayList<>();
        for (Service service : destinations) {
            DestinationRule rule = rules.destinationRule(client, service);
            String suffix = suffix(client, service, rule);
            all.addAll(
                    made.computeIfAbsent(
                            service.fqdn() + suffix,
                            name -> asBefore(name, clusters(client, service, rule, suffix))));
        }
        return all;
    }

    /** Those that are as they were as the same objects. */
    private List<ServiceCluster> asBefore(String name, List<ServiceCluster> now) {
        Map<String, ServiceCluster> old = new HashMap<>();
        before.getOrDefault(name, List.of()).forEach(cluster -> old.put(cluster.name(), cluster));
        return now.stream().map(cluster -> Same.ifEqual(old.get(cluster.name()), cluster)).toList();
    }

    /** Name of a cluster as clients see it; whether it exists or not. */
    String name(Client client, String host, int port, String subset) {
        Service service = registry.service(host);
        String suffix =
                service == null
                        ? ""
                        : suffix(client, service, rules.destinationRule(client, service));
        return plainName(port, subset, host) + suffix;
    }

    /** By what requests to a cluster are hashed, as clients see it; null: they are not. */
    ConsistentHash.@Nullable Key hashKey(Client client, String host, int port, String subset) {
        ConsistentHash hash = policy(client, host, port, subset).hash();
        return hash == null ? null : hash.key();
    }

    /** A cluster as the target of connections. */
    WeightedCluster target(Client client, String host, int port, String subset, int weight) {
        TrafficPolicy policy = policy(client, host, port, subset);
        ConsistentHash hash = policy.hash();
        boolean bySource = hash != null && hash.key() instanceof ConsistentHash.Key.SourceIp;
        return new WeightedCluster(
                name(client, host, port, subset),
                weight,
                bySource,
                policy.pool() == null ? ConnectionPool.Tcp.NONE : policy.pool().tcp(),
                tunnel(client, host, subset));
    }

    /** Of a subset its own only, as in Istio. */
    private @Nullable Tunnel tunnel(Client client, String host, String subset) {
        Service service = registry.service(host);
        DestinationRule rule = service == null ? null : rules.destinationRule(client, service);
        if (rule == null || subset.isEmpty()) {
            return rule == null ? null : rule.policy().tunnel();
        }
        Subset part = rule.subset(subset);
        return part == null ? null : part.policy().tunnel();
    }

    private TrafficPolicy policy(Client client, String host, int port, String subset) {
        Service service = registry.service(host);
        if (service == null) {
            return TrafficPolicy.NONE;
        }
        DestinationRule rule = rules.destinationRule(client, service);
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

    /**
     * Where a client's rule or check is not the one that the Service's own namespace sees, or looks
     * at the client's labels.
     */
    private String suffix(Client client, Service service, @Nullable DestinationRule rule) {
        String namespace = client.namespace();
        Set<Map<String, String>> labels = lookedAt(client, rule);
        boolean own =
                service.namespace().equals(namespace)
                        || Objects.equals(
                                        rule,
                                        rules.destinationRule(
                                                Client.of(service.namespace()), service))
                                && asksAlike(namespace, service);
        return own && labels.isEmpty() ? "" : "@" + namespace + SourceLabels.suffix(labels);
    }

    /** The client's labels that clusters follow from. */
    private Set<Map<String, String>> lookedAt(Client client, @Nullable DestinationRule rule) {
        if (client.isLikeAny()) {
            return Set.of();
        }
        Set<String> asked = mesh.destinations().locality().clientLabels();
        Set<Map<String, String>> labels = new HashSet<>();
        if (rule != null) {
            asked = new HashSet<>(asked);
            asked.addAll(rule.clientLabels());
            if (rule.selector() != null && !rule.selector().isEmpty()) {
                labels.add(rule.selector());
            }
        }
        for (String label : asked) {
            String value = client.value(label);
            if (value != null) {
                labels.add(Map.of(label, value));
            }
        }
        return labels;
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
            Client client, Service service, @Nullable DestinationRule rule, String suffix) {
        List<ServiceCluster> clusters = new ArrayList<>();
        for (Service.Port port : service.ports()) {
            if (port.protocol() == Protocol.UDP) {
                continue;
            }
            List<Registry.Member> members = registry.members(service, port);
            HealthCheck check = rules.healthCheck(client.namespace(), service, port.port());
            clusters.add(cluster(client, service, port, WHOLE, rule, check, members, suffix));
            if (rule != null) {
                for (Subset subset : rule.subsets()) {
                    clusters.add(
                            cluster(client, service, port, subset, rule, check, members, suffix));
                }
            }
        }
        return clusters;
    }

    private ServiceCluster cluster(
            Client client,
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
                        client,
                        neighbours,
                        effective,
                        mesh.destinations(),
                        service,
                        rule,
                        asked ? check : null);
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
