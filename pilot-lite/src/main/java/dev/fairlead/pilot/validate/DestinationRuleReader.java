package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.H2Upgrade;
import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.DestinationRule.Subset;
import dev.fairlead.pilot.state.DestinationRule.TlsMode;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.ProxyProtocol;
import dev.fairlead.pilot.state.Visibility;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a DestinationRule. */
final class DestinationRuleReader {

    private static final int MAX_PORT = 65_535;

    private final Meta meta;
    private final MeshSettings mesh;

    DestinationRuleReader(Meta meta, MeshSettings mesh) {
        this.meta = meta;
        this.mesh = mesh;
    }

    DestinationRule read(Fields spec) {
        spec.notYet("workloadSelector");
        Visibility visibility =
                ExportTo.read(spec, meta.namespace(), mesh.scoping().destinationRules());
        String host = HostNames.host(spec, "host", meta.namespace(), true);
        TrafficPolicy policy = policy(spec);
        List<Subset> subsets = spec.list("subsets", DestinationRuleReader::subset);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < subsets.size(); i++) {
            if (!names.add(subsets.get(i).name())) {
                spec.problem("subsets[" + i + "].name", "duplicate " + subsets.get(i).name());
            }
        }
        return new DestinationRule(meta, host, visibility, policy, subsets);
    }

    private static Subset subset(Fields subset) {
        String name = subset.string("name");
        if (!HostNames.isSubset(name)) {
            subset.problem(
                    "name", name.isEmpty() ? "is empty" : "\"" + name + "\" is not a subset name");
        }
        return new Subset(name, subset.strings("labels"), policy(subset));
    }

    private static TrafficPolicy policy(Fields parent) {
        TrafficPolicy policy = parent.object("trafficPolicy", DestinationRuleReader::whole);
        return policy == null ? TrafficPolicy.NONE : policy;
    }

    private static TrafficPolicy whole(Fields policy) {
        policy.notYet("tunnel", "retryBudget");
        ProxyProtocol proxy = policy.object("proxyProtocol", DestinationRuleReader::proxyProtocol);
        TrafficPolicy top = settings(policy);
        Map<Integer, TrafficPolicy> ports = new HashMap<>();
        policy.list(
                "portLevelSettings",
                entry -> {
                    Integer number = entry.object("port", DestinationRuleReader::portNumber);
                    TrafficPolicy settings = settings(entry);
                    if (number == null) {
                        entry.problem("port", "is needed");
                    } else if (ports.put(number, settings) != null) {
                        entry.problem("port", "duplicate port " + number);
                    }
                    return settings;
                });
        return new TrafficPolicy(top.tls(), top.balancing(), top.hash(), top.http(), proxy, ports);
    }

    private static ProxyProtocol proxyProtocol(Fields proxy) {
        ProxyProtocol version = proxy.choice("version", ProxyProtocol.values());
        return version == null ? ProxyProtocol.V1 : version; // V1 is the enum's zero value
    }

    private static int portNumber(Fields port) {
        port.notYet("name");
        if (!port.has("number") && !port.has("name")) {
            port.problem("number", "is needed");
        }
        return port.integer("number", 1, MAX_PORT, 0);
    }

    private static TrafficPolicy settings(Fields policy) {
        policy.notYet("outlierDetection");
        @Nullable TlsMode tls = policy.object("tls", DestinationRuleReader::tls);
        Balancer balancer = policy.object("loadBalancer", DestinationRuleReader::balancer);
        Pool pool = policy.object("connectionPool", DestinationRuleReader::pool);
        return new TrafficPolicy(
                tls,
                balancer == null ? null : balancer.simple,
                balancer == null ? null : balancer.hash,
                pool == null ? null : pool.http,
                null,
                Map.of());
    }

    private record Pool(@Nullable HttpPool http) {}

    private static Pool pool(Fields pool) {
        pool.notYet("tcp");
        if (!pool.has("tcp") && !pool.has("http")) {
            pool.wrong("says nothing: http is needed");
        }
        return new Pool(pool.object("http", DestinationRuleReader::httpPool));
    }

    private static HttpPool httpPool(Fields http) {
        http.notYet(
                "http1MaxPendingRequests",
                "http2MaxRequests",
                "maxRequestsPerConnection",
                "maxRetries",
                "idleTimeout",
                "http2KeepAlive");
        H2Upgrade upgrade = http.choice("h2UpgradePolicy", H2Upgrade.values());
        boolean useClientProtocol = http.bool("useClientProtocol");
        if (useClientProtocol && upgrade == H2Upgrade.UPGRADE) { // Istio refuses it, too
            http.problem("useClientProtocol", "cannot stand beside h2UpgradePolicy UPGRADE");
        }
        return new HttpPool(
                upgrade == null ? H2Upgrade.DEFAULT : upgrade,
                useClientProtocol,
                http.integer("maxConcurrentStreams", 0, Integer.MAX_VALUE, 0));
    }

    private static TlsMode tls(Fields tls) {
        tls.notYet(
                "clientCertificate",
                "privateKey",
                "caCertificates",
                "caCrl",
                "credentialName",
                "subjectAltNames",
                "sni",
                "insecureSkipVerify");
        TlsMode mode = tls.choice("mode", TlsMode.values(), "SIMPLE", "MUTUAL");
        return mode == null ? TlsMode.DISABLE : mode; // DISABLE is the enum's zero value
    }

    private record Balancer(@Nullable LoadBalancing simple, @Nullable ConsistentHash hash) {}

    private static Balancer balancer(Fields balancer) {
        balancer.notYet("localityLbSetting", "warmupDurationSecs", "warmup");
        ConsistentHash hash = balancer.object("consistentHash", ConsistentHashReader::read);
        String simple = balancer.string("simple");
        if (hash != null) {
            if (!simple.isEmpty()) {
                balancer.problem("simple", "cannot stand beside consistentHash");
            }
            return new Balancer(null, hash);
        }
        return switch (simple) {
            case "", "UNSPECIFIED" -> new Balancer(null, null);
            case "ROUND_ROBIN" -> new Balancer(LoadBalancing.ROUND_ROBIN, null);
            case "LEAST_CONN", "LEAST_REQUEST" -> new Balancer(LoadBalancing.LEAST_REQUEST, null);
            case "RANDOM" -> new Balancer(LoadBalancing.RANDOM, null);
            case "PASSTHROUGH" -> {
                balancer.problem("simple", simple + ": " + Problem.NOT_SUPPORTED);
                yield new Balancer(null, null);
            }
            default -> {
                balancer.problem("simple", "unknown value " + simple);
                yield new Balancer(null, null);
            }
        };
    }
}
