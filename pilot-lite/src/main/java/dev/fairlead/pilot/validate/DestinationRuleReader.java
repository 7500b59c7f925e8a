package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Balancer;
import dev.fairlead.pilot.state.Balancer.Warmup;
import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.DestinationRule.Subset;
import dev.fairlead.pilot.state.DestinationRule.TrafficPolicy;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.ProxyProtocol;
import dev.fairlead.pilot.state.RetryBudget;
import dev.fairlead.pilot.state.Tunnel;
import dev.fairlead.pilot.state.Visibility;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the spec of a DestinationRule. */
final class DestinationRuleReader {

    private static final int MAX_PORT = 65_535;
    private static final int WHOLE = 100;
    private static final Pattern TARGET =
            Pattern.compile(
                    "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
                            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

    private final Meta meta;
    private final MeshSettings mesh;
    private final boolean nodeWide;
    private final TlsSettingsReader tls;

    DestinationRuleReader(Meta meta, MeshSettings mesh, boolean nodeWide) {
        this.meta = meta;
        this.mesh = mesh;
        this.nodeWide = nodeWide;
        this.tls = new TlsSettingsReader(mesh.modern());
    }

    DestinationRule read(Fields spec) {
        Map<String, String> selector =
                spec.object("workloadSelector", fields -> Checks.labels(fields, "matchLabels"));
        Visibility visibility = visibility(spec, selector != null);
        String host = HostNames.host(spec, "host", meta.namespace(), true);
        TrafficPolicy policy = policy(spec);
        List<Subset> subsets = spec.list("subsets", this::subset);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < subsets.size(); i++) {
            if (!names.add(subsets.get(i).name())) {
                spec.problem("subsets[" + i + "].name", "duplicate " + subsets.get(i).name());
            }
        }
        return new DestinationRule(meta, host, visibility, selector, policy, subsets, nodeWide);
    }

    /** A selector does not reach beyond its namespace, and no word may say so. */
    private Visibility visibility(Fields spec, boolean selecting) {
        Visibility given = ExportTo.read(spec, meta.namespace(), mesh.scoping().destinationRules());
        if (!selecting) {
            return given;
        }
        Visibility own = new Visibility(false, Set.of(meta.namespace()));
        if (!spec.stringList("exportTo").isEmpty() && !given.equals(own)) {
            spec.problem("exportTo", "beside workloadSelector only . is possible");
        }
        return own;
    }

    private Subset subset(Fields subset) {
        String name = subset.string("name");
        if (!HostNames.isSubset(name)) {
            subset.problem(
                    "name", name.isEmpty() ? "is empty" : "\"" + name + "\" is not a subset name");
        }
        return new Subset(name, subset.strings("labels"), policy(subset));
    }

    private TrafficPolicy policy(Fields parent) {
        TrafficPolicy policy = parent.object("trafficPolicy", this::whole);
        return policy == null ? TrafficPolicy.NONE : policy;
    }

    private TrafficPolicy whole(Fields policy) {
        Tunnel tunnel = policy.object("tunnel", DestinationRuleReader::tunnel);
        ProxyProtocol proxy = policy.object("proxyProtocol", DestinationRuleReader::proxyProtocol);
        RetryBudget budget = policy.object("retryBudget", this::retryBudget);
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
        return new TrafficPolicy(
                top.tls(),
                top.balancer(),
                top.pool(),
                top.outliers(),
                budget,
                proxy,
                tunnel,
                ports);
    }

    /** POST would have the bytes in chunks, both ways. */
    private static Tunnel tunnel(Fields tunnel) {
        String protocol = tunnel.string("protocol");
        if (protocol.equals("POST")) {
            tunnel.problem("protocol", "POST: " + Problem.NOT_SUPPORTED);
        } else if (!protocol.isEmpty() && !protocol.equals("CONNECT")) {
            tunnel.problem("protocol", "must be CONNECT or POST");
        }
        String host = Checks.needed(tunnel, "targetHost");
        if (!host.isEmpty() && !Checks.isRange(host) && !TARGET.matcher(host).matches()) {
            tunnel.problem("targetHost", "\"" + host + "\" is neither a name nor an address");
        }
        if (!tunnel.has("targetPort")) {
            tunnel.problem("targetPort", "is needed");
        }
        return new Tunnel(host, tunnel.integer("targetPort", 1, MAX_PORT, 1));
    }

    private RetryBudget retryBudget(Fields budget) {
        Duration interval = Durations.read(budget, "budgetInterval", 0);
        if (interval != null && interval.isZero()) {
            interval = null;
        }
        if (interval != null && nodeWide) {
            budget.problem("budgetInterval", "cannot stand beside node-wide limits");
        }
        Double percent = budget.decimal("percent", 0, WHOLE);
        int min = budget.integer("minRetryConcurrency", 0, Integer.MAX_VALUE, 0);
        return new RetryBudget(
                percent == null ? RetryBudget.DEFAULT_PERCENT : percent,
                min == 0 ? RetryBudget.DEFAULT_CONCURRENCY : min,
                interval);
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

    private TrafficPolicy settings(Fields policy) {
        return new TrafficPolicy(
                policy.object("tls", tls::read),
                policy.object("loadBalancer", DestinationRuleReader::balancer),
                policy.object("connectionPool", ConnectionPoolReader::read),
                policy.object("outlierDetection", OutlierDetectionReader::read),
                null,
                null,
                null,
                Map.of());
    }

    private static Balancer balancer(Fields balancer) {
        LocalityBalancing locality = balancer.object("localityLbSetting", LocalityReader::read);
        LocalityBalancing zones = balancer.object("zoneAwareLbSetting", LocalityReader::readZones);
        if (locality != null && zones != null) {
            balancer.problem("zoneAwareLbSetting", "cannot stand beside localityLbSetting");
        }
        ConsistentHash hash = balancer.object("consistentHash", ConsistentHashReader::read);
        String word = balancer.string("simple");
        LoadBalancing simple =
                switch (word) {
                    case "", "UNSPECIFIED" -> null;
                    case "ROUND_ROBIN" -> LoadBalancing.ROUND_ROBIN;
                    case "LEAST_CONN", "LEAST_REQUEST" -> LoadBalancing.LEAST_REQUEST;
                    case "RANDOM" -> LoadBalancing.RANDOM;
                    case "PASSTHROUGH" -> LoadBalancing.PASSTHROUGH;
                    default -> {
                        balancer.problem("simple", "unknown value " + word);
                        yield null;
                    }
                };
        if (hash != null && !word.isEmpty()) {
            balancer.problem("simple", "cannot stand beside consistentHash");
        }
        if (zones != null && (hash != null || simple == LoadBalancing.PASSTHROUGH)) {
            balancer.problem(
                    "zoneAwareLbSetting", "is for ROUND_ROBIN, LEAST_REQUEST and RANDOM only");
        }
        Warmup warmup = warmup(balancer);
        if (warmup != null
                && (hash != null
                        || simple == LoadBalancing.RANDOM
                        || simple == LoadBalancing.PASSTHROUGH)) {
            balancer.problem(
                    balancer.has("warmup") ? "warmup" : "warmupDurationSecs",
                    "is for ROUND_ROBIN and LEAST_REQUEST only");
        }
        return new Balancer(simple, hash, zones != null ? zones : locality, warmup);
    }

    private static @Nullable Warmup warmup(Fields balancer) {
        Duration old = Durations.read(balancer, "warmupDurationSecs", 1);
        Warmup warmup =
                balancer.object(
                        "warmup",
                        fields -> {
                            if (!fields.has("duration")) {
                                fields.problem("duration", "is needed");
                            }
                            Duration duration = Durations.read(fields, "duration", 1);
                            Double aggression = fields.decimal("aggression", 0, Double.MAX_VALUE);
                            if (aggression != null && aggression == 0) {
                                fields.problem("aggression", "must be more than 0");
                            }
                            return new Warmup(
                                    duration == null ? Duration.ofMillis(1) : duration,
                                    fields.decimal("minimumPercent", 0, WHOLE),
                                    aggression);
                        });
        if (old != null && warmup != null) {
            balancer.problem("warmupDurationSecs", "cannot stand beside warmup");
        }
        return warmup == null && old != null ? new Warmup(old, null, null) : warmup;
    }
}
