package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.RouteTable.VirtualHost;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The virtual hosts and tables of one scope, as the compilation before left them. A Service's
 * virtual host follows from the Services in sight, from how clusters are named, and from the
 * VirtualService that governs it: where all that is the same, so is the host.
 *
 * <p>Owner: one compilation after the other.
 */
final class ScopeRoutes {

    private record Key(Service service, int port) {
        // by identity: Services are the same objects as long as nothing of them changed
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key(Service its, int number)
                    && number == port
                    && Same.object(its, service);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(service) + port;
        }
    }

    private record Host(@Nullable VirtualService rule, @Nullable VirtualHost host) {}

    private final List<Service> services;
    private final Map<Key, Host> hosts;
    private final Map<String, RouteTable> tables;
    private List<Service> destinations = List.of();

    private ScopeRoutes(
            List<Service> services, Map<Key, Host> hosts, Map<String, RouteTable> tables) {
        this.services = services;
        this.hosts = hosts;
        this.tables = tables;
    }

    /** {@code sameClusters}: clusters are the same, and named as they were. */
    static ScopeRoutes after(
            @Nullable ScopeRoutes before, List<Service> services, boolean sameClusters) {
        if (before == null) {
            return new ScopeRoutes(services, new HashMap<>(), new HashMap<>());
        }
        boolean same = sameClusters && Same.objects(before.services, services);
        return same ? before : new ScopeRoutes(services, new HashMap<>(), before.tables);
    }

    /** The virtual host of a Service's port, null where all its names are taken. */
    @Nullable VirtualHost host(
            Service service,
            int port,
            @Nullable VirtualService rule,
            Supplier<@Nullable VirtualHost> make) {
        var key = new Key(service, port);
        Host known = hosts.get(key);
        if (known == null || !Same.object(known.rule, rule)) {
            known = new Host(rule, make.get());
            hosts.put(key, known);
        }
        return known.host;
    }

    /** Whether connections may end where they might before; remembers where they may now. */
    boolean leadsWhereItLed(List<Service> now) {
        boolean same = Same.objects(destinations, now);
        destinations = now;
        return same;
    }

    /** The table, as the same object where it is as it was. */
    RouteTable table(RouteTable now) {
        RouteTable before = tables.get(now.name());
        RouteTable kept = Same.ifEqual(before, now);
        tables.put(now.name(), kept);
        return kept;
    }
}
