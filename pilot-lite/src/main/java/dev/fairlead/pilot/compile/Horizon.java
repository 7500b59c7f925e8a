package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What clients of one scope see: what is exported to their namespace and, where a Sidecar holds for
 * them, imported by it.
 *
 * <p>Owner: one compilation.
 */
final class Horizon {

    private final ClientScope scope;
    private final Registry registry;
    private final List<Service> services = new ArrayList<>();
    private final Set<Service> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<VirtualService> virtualServices = new ArrayList<>();
    private final HostIndex<VirtualService> byHost = new HostIndex<>();

    /** {@code rules}: all VirtualServices, as they are in force. */
    Horizon(ClientScope scope, Registry registry, List<VirtualService> rules) {
        this.scope = scope;
        this.registry = registry;
        for (Service service : registry.services()) {
            if (registry.visible(service, scope.namespace())
                    && scope.imports(service.fqdn(), service.namespace())) {
                services.add(service);
                seen.add(service);
            }
        }
        for (VirtualService rule : rules) {
            if (rule.visibility().to(scope.namespace())) {
                for (String host : rule.hosts()) {
                    if (scope.imports(host, rule.meta().namespace())) {
                        virtualServices.add(rule);
                        break;
                    }
                }
            }
        }
        // the sort is stable: among those meant as narrowly the oldest stays first
        virtualServices.sort(
                Comparator.comparingInt(r -> r.visibility().rank(r.meta().namespace())));
        for (VirtualService rule : virtualServices) {
            for (String host : rule.hosts()) {
                byHost.add(host, rule);
            }
        }
    }

    ClientScope scope() {
        return scope;
    }

    String namespace() {
        return scope.namespace();
    }

    Client client() {
        return scope.client();
    }

    /** Services that are called by their own names, oldest first. */
    List<Service> services() {
        return services;
    }

    /** Whether a host is a Service in sight, or a pattern takes one. */
    boolean isService(String host) {
        if (!host.startsWith("*")) {
            Service service = registry.service(host);
            return service != null && seen.contains(service);
        }
        return services.stream().anyMatch(service -> Hosts.matches(host, service.fqdn()));
    }

    /** Whether a host is, or takes, a Service in sight with that port. */
    boolean hasPort(String host, int port) {
        if (!host.startsWith("*")) {
            Service service = registry.service(host);
            return service != null && seen.contains(service) && service.port(port) != null;
        }
        return services.stream()
                .anyMatch(s -> s.port(port) != null && Hosts.matches(host, s.fqdn()));
    }

    /**
     * Services that connections may end at: those, and what the VirtualServices in sight send to.
     */
    List<Service> destinations() {
        Set<Service> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(services);
        List<Service> all = new ArrayList<>(services);
        for (VirtualService rule : virtualServices) {
            for (String host : rule.destinations()) {
                Service service = registry.service(host);
                if (service != null
                        && registry.visible(service, scope.namespace())
                        && known.add(service)) {
                    all.add(service);
                }
            }
        }
        return all;
    }

    List<VirtualService> virtualServices() {
        return virtualServices;
    }

    /** The VirtualService with HTTP routes for a host, or null. */
    @Nullable VirtualService http(String host) {
        return first(host, rule -> !rule.http().isEmpty());
    }

    /** The VirtualService with TLS routes for a host, or null. */
    @Nullable VirtualService tls(String host) {
        return first(host, rule -> !rule.tls().isEmpty());
    }

    /** The VirtualService with TCP routes for a host, or null. */
    @Nullable VirtualService tcp(String host) {
        return first(host, rule -> !rule.tcp().isEmpty());
    }

    private @Nullable VirtualService first(String host, Predicate<VirtualService> usable) {
        List<VirtualService> rules = byHost.at(host, usable);
        return rules.isEmpty() ? null : rules.getFirst();
    }
}
