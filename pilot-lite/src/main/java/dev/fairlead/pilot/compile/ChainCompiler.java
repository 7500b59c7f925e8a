package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one scope does with outbound connections, by port and address. */
final class ChainCompiler {

    private final Registry registry;
    private final Horizon horizon;
    private final RouteCompiler routes;
    private final boolean modern;

    ChainCompiler(Registry registry, Horizon horizon, RouteCompiler routes) {
        this.registry = registry;
        this.horizon = horizon;
        this.routes = routes;
        this.modern = registry.state().mesh().modern();
    }

    /** Ascending by port, then by name. No two of them claim the same address and port. */
    List<Chain> chains() {
        SortedMap<Integer, Boolean> httpPorts = new TreeMap<>(); // true: of HTTP/1.1, too
        List<Chain.Tcp> tcp = new ArrayList<>();
        Set<String> claimed = new HashSet<>();
        for (Service service : horizon.services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().isHttp()) {
                    boolean http1 = port.protocol() == Protocol.HTTP;
                    httpPorts.merge(port.port(), http1, Boolean::logicalOr);
                }
                if (port.protocol() != Protocol.HTTP && port.protocol() != Protocol.UDP) {
                    addTcp(service, port, tcp, claimed);
                }
            }
        }
        List<Chain> chains = new ArrayList<>(tcp);
        httpPorts.forEach(
                (port, http1) -> chains.add(new Chain.Http(port, routes.tableName(port), http1)));
        chains.sort(
                Comparator.comparingInt(Chain::port)
                        .thenComparing(chain -> chain instanceof Chain.Tcp t ? t.name() : ""));
        return chains;
    }

    private void addTcp(
            Service service, Service.Port port, List<Chain.Tcp> tcp, Set<String> claimed) {
        List<String> addresses =
                service.headless()
                        ? registry.members(service, port).stream()
                                .map(Registry.Member::address)
                                .sorted()
                                .toList()
                        : service.addresses();
        List<String> prefixes = new ArrayList<>();
        for (String address : addresses) {
            if (claimed.add(address + " " + port.port())) { // pods of two headless Services
                prefixes.add(address + (address.contains(":") ? "/128" : "/32"));
            }
        }
        if (prefixes.isEmpty()) {
            return; // without an address it would take every connection to the port
        }
        boolean detect = modern && port.protocol() == Protocol.UNDECLARED;
        tcp.add(
                new Chain.Tcp(
                        port.port(),
                        service.headless() ? service.fqdn() : addresses.getFirst(),
                        prefixes,
                        detect,
                        detect ? routes.tableName(port.port()) : "",
                        port.protocol() == Protocol.HTTP2,
                        routes.tcpTargets(service, port.port())));
    }
}
