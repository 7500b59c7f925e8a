package dev.fairlead.agent.control.xds.state;

import dev.fairlead.agent.control.xds.compile.EnrolmentCompiler;
import dev.fairlead.agent.control.xds.compile.ListenerCompiler;
import dev.fairlead.agent.control.xds.compile.References;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceTable.Good;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of the accepted resources may be in force now, as Envoy warms: a route table when all
 * clusters that it names have their endpoints, a listener when its route tables (and clusters) are
 * there, a cluster until no installed route or listener names it. Until then the version before
 * stays. What is waited for in vain, until {@link Bounds}, is then done without.
 *
 * <p>Unchanged values, and maps of them, keep their identity from snapshot to snapshot. Thread: its
 * owner's. Cost: one pass over all names, no compiling.
 */
public final class SnapshotAssembler {

    /**
     * @param missing how long an EDS or RDS answer is waited for
     * @param unknown how long a cluster that CDS has not named is waited for: short, since clusters
     *     are sent before their users, and one that is not there is most likely a mistake
     */
    public record Bounds(Duration missing, Duration unknown) {
        /** Envoy's initial fetch timeout; and longer than one push takes. */
        public static final Bounds DEFAULT =
                new Bounds(Duration.ofSeconds(15), Duration.ofSeconds(1));
    }

    /**
     * @param changed whether {@code snapshot} is a new one
     * @param held by type, resources whose newest good version waits for others
     * @param next when to assemble again even if nothing comes; null: no need
     */
    public record Assembly(
            Snapshot snapshot,
            boolean changed,
            Map<ResourceType, Set<String>> held,
            @Nullable Instant next) {}

    private record Live<T>(T value, References references) {}

    private final Bounds bounds;
    private final Patience patience = new Patience();
    private Snapshot snapshot = Snapshot.EMPTY;
    private Map<String, Live<RouteTable>> routes = Map.of();
    private Map<String, Live<Listener>> listeners = Map.of();
    private long workloadChanges = -1;
    private long enrolmentChanges = -1;

    public SnapshotAssembler(Bounds bounds) {
        this.bounds = bounds;
    }

    /** The snapshot that is right now, with {@code generation} where it is a new one. */
    public Assembly assemble(Resources resources, String generation, Instant now) {
        var round = new Round(resources, now);
        patience.begin();
        var nextRoutes = round.routes();
        var nextListeners = round.listeners(nextRoutes);
        round.dropUnusedRoutes(nextRoutes, nextListeners);
        var nextClusters = round.clusters(nextRoutes, nextListeners);
        var nextEndpoints = round.endpoints(nextClusters);
        patience.end();
        routes = nextRoutes;
        listeners = nextListeners;
        Snapshot next =
                new Snapshot(
                        generation,
                        keep(snapshot.outbound(), side(ListenerCompiler.OUTBOUND)),
                        keep(snapshot.inbound(), side(ListenerCompiler.INBOUND)),
                        keep(snapshot.routes(), values(routes)),
                        keep(snapshot.clusters(), nextClusters),
                        keep(snapshot.endpoints(), nextEndpoints),
                        workloads(resources));
        boolean changed = !sameParts(snapshot, next);
        if (changed) {
            snapshot = next;
        }
        return new Assembly(snapshot, changed, round.held, patience.next());
    }

    /** Route tables to ask for: those that accepted listeners name, or installed ones. */
    public Set<String> wantedRoutes(Resources resources) {
        Set<String> names = new HashSet<>();
        resources.listeners().all().forEach(good -> names.addAll(good.references().routes()));
        listeners.values().forEach(live -> names.addAll(live.references.routes()));
        return names;
    }

    /** Endpoints to ask for: those that accepted clusters name, or installed ones. */
    public Set<String> wantedEndpoints(Resources resources) {
        Set<String> names = new HashSet<>();
        resources.clusters().all().forEach(good -> addEdsName(names, good.value()));
        snapshot.clusters().values().forEach(cluster -> addEdsName(names, cluster));
        return names;
    }

    private static void addEdsName(Set<String> names, Cluster cluster) {
        if (cluster.discovery() == Cluster.Discovery.EDS) {
            names.add(cluster.edsName());
        }
    }

    private WorkloadIndex workloads(Resources resources) {
        var table = resources.workloads();
        var enrolments = resources.enrolments();
        if (table.changes() == workloadChanges && enrolments.changes() == enrolmentChanges) {
            return snapshot.workloads();
        }
        workloadChanges = table.changes();
        enrolmentChanges = enrolments.changes();
        Good<Set<String>> enrolment = enrolments.get(EnrolmentCompiler.NAME);
        return new WorkloadIndex(
                table.all().stream().map(Good::value).toList(),
                enrolment == null ? null : enrolment.value());
    }

    private Map<String, Listener> side(String prefix) {
        Map<String, Listener> side = new HashMap<>();
        listeners.forEach((name, live) -> {
            if (name.startsWith(prefix)) {
                side.put(name.substring(prefix.length()), live.value);
            }
        });
        return side;
    }

    private static <T> Map<String, T> values(Map<String, Live<T>> live) {
        Map<String, T> values = new HashMap<>();
        live.forEach((name, one) -> values.put(name, one.value));
        return values;
    }

    /** {@code old} where {@code next} holds the very same objects. */
    private static <T> Map<String, T> keep(Map<String, T> old, Map<String, T> next) {
        if (old.size() != next.size()) {
            return next;
        }
        for (Map.Entry<String, T> entry : next.entrySet()) {
            if (!same(old.get(entry.getKey()), entry.getValue())) {
                return next;
            }
        }
        return old;
    }

    private static boolean sameParts(Snapshot a, Snapshot b) {
        return same(a.outbound(), b.outbound())
                && same(a.inbound(), b.inbound())
                && same(a.routes(), b.routes())
                && same(a.clusters(), b.clusters())
                && same(a.endpoints(), b.endpoints())
                && same(a.workloads(), b.workloads());
    }

    /** The very same object: what workers tell changes by. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return a == b;
    }

    /** One assembly, in the order in which things depend on each other. */
    private final class Round {
        private final Resources resources;
        private final Instant now;
        private final Map<ResourceType, Set<String>> held = new EnumMap<>(ResourceType.class);

        Round(Resources resources, Instant now) {
            this.resources = resources;
            this.now = now;
        }

        Map<String, Live<RouteTable>> routes() {
            Map<String, Live<RouteTable>> next = new HashMap<>(routes);
            for (Good<RouteTable> route : resources.routes().all()) {
                if (isLive(routes.get(route.name()), route) || settled(route.references())) {
                    next.put(route.name(), new Live<>(route.value(), route.references()));
                } else {
                    hold(ResourceType.ROUTE, route.name());
                }
            }
            return next;
        }

        Map<String, Live<Listener>> listeners(Map<String, Live<RouteTable>> nextRoutes) {
            Map<String, Live<Listener>> next = new HashMap<>();
            for (Good<Listener> listener : resources.listeners().all()) {
                Live<Listener> old = listeners.get(listener.name());
                if (isLive(old, listener) || ready(listener.references(), nextRoutes)) {
                    next.put(listener.name(), new Live<>(listener.value(), listener.references()));
                } else {
                    hold(ResourceType.LISTENER, listener.name());
                    if (old != null) {
                        next.put(listener.name(), old);
                    }
                }
            }
            return next;
        }

        private boolean ready(References references, Map<String, Live<RouteTable>> nextRoutes) {
            boolean ready = settled(references);
            for (String name : references.routes()) {
                if (!nextRoutes.containsKey(name)
                        && !resources.routes().isHopeless(name)
                        && patience.waits("route " + name, bounds.missing, now)) {
                    ready = false;
                }
            }
            return ready;
        }

        /** A route table that the server removed stays for as long as a listener names it. */
        void dropUnusedRoutes(
                Map<String, Live<RouteTable>> nextRoutes,
                Map<String, Live<Listener>> nextListeners) {
            Set<String> used = new HashSet<>();
            nextListeners.values().forEach(live -> used.addAll(live.references.routes()));
            nextRoutes
                    .keySet()
                    .removeIf(name -> !used.contains(name) && resources.routes().get(name) == null);
        }

        Map<String, Cluster> clusters(
                Map<String, Live<RouteTable>> nextRoutes,
                Map<String, Live<Listener>> nextListeners) {
            Map<String, Cluster> next = new HashMap<>();
            for (Good<Cluster> cluster : resources.clusters().all()) {
                Cluster old = snapshot.clusters().get(cluster.name());
                if (same(old, cluster.value()) || settled(cluster.name())) {
                    next.put(cluster.name(), cluster.value());
                } else {
                    hold(ResourceType.CLUSTER, cluster.name());
                    if (old != null) {
                        next.put(cluster.name(), old);
                    }
                }
            }
            retainUsed(next, nextRoutes.values());
            retainUsed(next, nextListeners.values());
            return next;
        }

        private <T> void retainUsed(Map<String, Cluster> next, Iterable<Live<T>> users) {
            for (Live<T> user : users) {
                for (String name : user.references.clusters()) {
                    Cluster old = snapshot.clusters().get(name);
                    if (old != null) {
                        next.putIfAbsent(name, old);
                    }
                }
            }
        }

        Map<String, Endpoints> endpoints(Map<String, Cluster> nextClusters) {
            Map<String, Endpoints> next = new HashMap<>();
            for (Cluster cluster : nextClusters.values()) {
                if (cluster.discovery() == Cluster.Discovery.EDS) {
                    Endpoints endpoints = endpoints(cluster.edsName());
                    if (endpoints != null) {
                        next.put(cluster.edsName(), endpoints);
                    }
                }
            }
            return next;
        }

        private @Nullable Endpoints endpoints(String edsName) {
            Good<Endpoints> good = resources.endpoints().get(edsName);
            if (good != null) {
                return good.value();
            }
            Endpoints old = snapshot.endpoints().get(edsName);
            return old == null && resources.endpoints().isAnswered(edsName)
                    ? new Endpoints(edsName, List.of())
                    : old;
        }

        private <T> boolean isLive(@Nullable Live<T> old, Good<T> good) {
            return old != null && same(old.value, good.value());
        }

        private boolean settled(References references) {
            boolean settled = true;
            for (String name : references.clusters()) {
                settled &= settled(name); // ask for all: their waits run side by side
            }
            return settled;
        }

        /** Whether a user of the cluster need not wait for it, or not any longer. */
        private boolean settled(String name) {
            Good<Cluster> cluster = resources.clusters().get(name);
            if (cluster == null) {
                return snapshot.clusters().containsKey(name)
                        || !patience.waits("cluster " + name, bounds.unknown, now);
            }
            return cluster.value().discovery() != Cluster.Discovery.EDS
                    || same(snapshot.clusters().get(name), cluster.value())
                    || resources.endpoints().isAnswered(cluster.value().edsName())
                    || !patience.waits("cluster " + name, bounds.missing, now);
        }

        private void hold(ResourceType type, String name) {
            held.computeIfAbsent(type, any -> new HashSet<>()).add(name);
        }
    }
}
