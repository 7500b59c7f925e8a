package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one scope does with outbound connections, by port and address. */
final class ChainCompiler {

    private final Registry registry;
    private final Horizon horizon;
    private final RouteCompiler routes;
    private final TcpRoutes tcp;
    private final boolean modern;

    ChainCompiler(Registry registry, Horizon horizon, RouteCompiler routes) {
        this.registry = registry;
        this.horizon = horizon;
        this.routes = routes;
        this.tcp = new TcpRoutes(horizon, routes);
        this.modern = registry.state().mesh().modern();
    }

    /** Ascending by port, then by name. No two of them claim the same address and port. */
    List<Chain> chains() {
        SortedMap<Integer, Boolean> httpPorts = new TreeMap<>(); // true: of HTTP/1.1, too
        List<Chain> chains = new ArrayList<>();
        var byServerName = new TlsChains(horizon, routes);
        Set<String> claimed = new HashSet<>();
        for (Service service : horizon.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().isHttp()) {
                    boolean http1 = port.protocol() == Protocol.HTTP;
                    httpPorts.merge(port.port(), http1, Boolean::logicalOr);
                }
                if (port.protocol() != Protocol.HTTP && port.protocol() != Protocol.UDP) {
                    List<String> addresses = addresses(service, port);
                    chains.addAll(byServerName.chains(service, port, addresses));
                    addTcp(service, port, unclaimed(addresses, port, claimed), chains);
                }
            }
        }
        httpPorts.forEach(
                (port, http1) -> chains.add(new Chain.Http(port, routes.tableName(port), http1)));
        chains.sort(Comparator.comparingInt(Chain::port).thenComparing(Chain::name));
        return chains;
    }

    /** Where a Service's port is called. */
    private List<String> addresses(Service service, Service.Port port) {
        return service.headless()
                ? registry.members(service, port).stream()
                        .map(Registry.Member::address)
                        .sorted()
                        .toList()
                : service.addresses();
    }

    /** Two headless Services may have the same pods: the older one has them. */
    private static List<String> unclaimed(
            List<String> addresses, Service.Port port, Set<String> claimed) {
        return addresses.stream()
                .filter(address -> claimed.add(address + " " + port.port()))
                .toList();
    }

    /** One chain for the addresses that are routed alike: without address it would take all. */
    private void addTcp(
            Service service, Service.Port port, List<String> addresses, List<Chain> chains) {
        boolean detect = modern && port.protocol() == Protocol.UNDECLARED;
        Map<List<WeightedCluster>, List<String>> alike = new LinkedHashMap<>();
        for (String address : addresses) {
            alike.computeIfAbsent(tcp.targets(service, port, address), t -> new ArrayList<>())
                    .add(address);
        }
        alike.forEach((targets, some) ->
                chains.add(
                        new Chain.Tcp(
                                port.port(),
                                service.headless() && alike.size() == 1
                                        ? service.fqdn()
                                        : some.getFirst(),
                                some.stream().map(ChainCompiler::prefix).toList(),
                                detect,
                                detect ? routes.tableName(port.port()) : "",
                                port.protocol() == Protocol.HTTP2,
                                targets)));
    }

    /** An address as a range of its own. */
    static String prefix(String address) {
        return address + (address.contains(":") ? "/128" : "/32");
    }
}
