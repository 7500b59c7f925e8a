package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.balance.Candidate;
import dev.fairlead.agent.data.balance.HostTable;
import dev.fairlead.agent.data.balance.Preferences;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.Endpoints;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster as one pod uses them, how they are, and which of them is next.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ClusterHosts implements ClusterChecks.Heard {

    /** Of a cluster whose endpoints are whatever callers ask for. */
    private static final int MANY = 1024;

    private final PodContext context;
    private final Counters<ClusterStat> counters;
    private final ClusterOutliers outliers;
    private final ClusterChecks checks;
    private final Map<InetSocketAddress, UpstreamHost> hosts = new HashMap<>();
    private Cluster config;
    private List<HostTable.Group<UpstreamHost>> groups = List.of();
    private int overprovisioningPercent = Endpoints.OVERPROVISIONING_PERCENT;
    private HostTable<UpstreamHost> table;

    ClusterHosts(PodContext context, Counters<ClusterStat> counters, Cluster config) {
        this.context = context;
        this.counters = counters;
        this.config = config;
        this.outliers = new ClusterOutliers(context, config, this::healthChanged);
        this.checks = new ClusterChecks(context, this);
        this.table = newTable();
    }

    /** Takes what is now said of a cluster whose endpoints are whatever callers ask for. */
    void install(Cluster now) {
        config = now;
        outliers.install(now.policy().outliers(), hosts.values());
        hosts.values().forEach(this::show);
    }

    /** How it is can be looked at, where it is watched. */
    private void show(UpstreamHost host) {
        if (host.outliers() != null || host.check() != null) {
            context.stats().watch(context.pod().uid(), config.name(), host.address(), host);
        } else {
            context.stats().unwatch(context.pod().uid(), config.name(), host.address(), host);
        }
    }

    /** Takes what is now said of them; an endpoint that stays keeps its connections and record. */
    void install(Cluster now, @Nullable Endpoints endpoints) {
        config = now;
        List<HostTable.Group<UpstreamHost>> next = new ArrayList<>();
        Set<InetSocketAddress> wanted = new HashSet<>();
        int before = hosts.size();
        boolean more = false;
        if (endpoints != null) {
            overprovisioningPercent = endpoints.overprovisioningPercent();
            for (Endpoints.Group group : endpoints.groups()) {
                List<UpstreamHost> of = new ArrayList<>(group.endpoints().size());
                for (Endpoint endpoint : group.endpoints()) {
                    if (wanted.add(endpoint.address())) { // the first of two counts, as in Envoy
                        more |= !hosts.containsKey(endpoint.address());
                        of.add(host(endpoint, group.priority()));
                    }
                }
                next.add(
                        new HostTable.Group<>(
                                group.locality(), group.priority(), group.weight(), of));
            }
        }
        hosts.values().removeIf(host -> !wanted.contains(host.address()) && left(host));
        groups = next;
        outliers.install(now.policy().outliers(), hosts.values());
        checks.install(now, hosts.values());
        hosts.values().forEach(this::show);
        if (more || hosts.size() < before) {
            counters.inc(ClusterStat.MEMBERSHIP_CHANGE);
        }
        healthChanged();
    }

    private UpstreamHost host(Endpoint endpoint, int priority) {
        UpstreamHost known = hosts.get(endpoint.address());
        if (known == null) {
            known = new UpstreamHost(endpoint);
            hosts.put(endpoint.address(), known);
            becameHealthy(known);
        }
        known.become(endpoint, priority);
        return known;
    }

    private boolean left(UpstreamHost host) {
        host.leave();
        outliers.forget(host);
        checks.forget(host);
        show(host);
        return true;
    }

    private void becameHealthy(UpstreamHost host) {
        host.healthySince(
                config.policy().balancing().slowStart() == null
                        ? Candidate.SETTLED
                        : context.nanos().getAsLong());
    }

    @Override
    public void changed(UpstreamHost host, boolean healthy) {
        if (healthy) {
            becameHealthy(host);
        }
        healthChanged();
    }

    @Override
    public void succeeded(UpstreamHost host) {
        outliers.checkSucceeded(host);
    }

    /** The endpoints are the same, but not as they were. */
    void healthChanged() {
        table = newTable();
        int healthy = 0;
        int degraded = 0;
        int weight = 0;
        for (UpstreamHost host : hosts.values()) {
            healthy += host.health() == Health.HEALTHY ? 1 : 0;
            degraded += host.health() == Health.DEGRADED ? 1 : 0;
            weight = Math.max(weight, host.weight());
        }
        counters.set(ClusterStat.MEMBERSHIP_TOTAL, hosts.size());
        counters.set(ClusterStat.MEMBERSHIP_HEALTHY, healthy);
        counters.set(ClusterStat.MEMBERSHIP_DEGRADED, degraded);
        counters.set(ClusterStat.MAX_HOST_WEIGHT, weight);
    }

    private HostTable<UpstreamHost> newTable() {
        return new HostTable<>(
                config.lbPolicy(),
                config.policy().balancing(),
                groups,
                overprovisioningPercent,
                context.random(),
                context.nanos(),
                () -> counters.inc(ClusterStat.LB_HEALTHY_PANIC));
    }

    /** The next one; null where there is none. */
    @Nullable UpstreamHost pick(Preferences<UpstreamHost> request) {
        return table.pick(request);
    }

    /** That which a caller asked for. */
    UpstreamHost at(InetSocketAddress address) {
        UpstreamHost known = hosts.get(address);
        if (known != null) {
            return known;
        }
        if (hosts.size() >= MANY) {
            hosts.values().removeIf(host -> host.unused() && left(host));
        }
        UpstreamHost host = new UpstreamHost(new Endpoint(address, 1, false));
        hosts.put(address, host);
        outliers.watch(host);
        show(host);
        return host;
    }

    /** Whether {@code host} is still one that requests may go to. */
    boolean has(UpstreamHost host) {
        return !host.hasLeft();
    }

    Set<InetSocketAddress> addresses() {
        return hosts.keySet();
    }

    Collection<UpstreamHost> all() {
        return hosts.values();
    }

    /** None is left. */
    void clear() {
        outliers.install(null, hosts.values());
        hosts.values().forEach(this::left);
        hosts.clear();
        groups = List.of();
        table = newTable();
    }
}
