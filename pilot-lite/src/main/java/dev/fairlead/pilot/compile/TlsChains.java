package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.Subnet;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.TlsMatch;
import dev.fairlead.pilot.state.VirtualService.TlsRoute;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where TLS connections of one scope go by the name that they ask for: on ports declared TLS, and
 * on those declared nothing. Of several names that take a connection the most specific wins, as
 * Envoy looks at names; among equal ones the first written.
 *
 * <p>Source: istio.io VirtualService, TLSRoute and TLSMatchAttributes.
 */
final class TlsChains {

    private static final String ANY = "*";

    private final Horizon horizon;
    private final RouteCompiler routes;
    private final Set<Claim> claimed = new HashSet<>();

    /** One name on one port of some addresses: it leads to one place. */
    private record Claim(int port, String prefix, String name) {}

    TlsChains(Horizon horizon, RouteCompiler routes) {
        this.horizon = horizon;
        this.routes = routes;
    }

    /**
     * @param addresses of the Service; without any, connections to the port are told apart by name
     *     alone
     */
    List<Chain.Tls> chains(Service service, Service.Port port, List<String> addresses) {
        VirtualService rule =
                port.protocol() == Protocol.TLS || port.protocol() == Protocol.UNDECLARED
                        ? horizon.tls(service.fqdn())
                        : null;
        List<Chain.Tls> chains = new ArrayList<>();
        if (rule != null) {
            for (TlsRoute route : rule.tls()) {
                List<WeightedCluster> targets = routes.targets(route.targets(), port.port());
                for (TlsMatch match : route.matches()) {
                    if (TcpRoutes.ofClient(match.connection(), port.port(), horizon.scope())) {
                        add(chains, port.port(), match, prefixes(match, addresses), targets);
                    }
                }
            }
        }
        return chains;
    }

    /** The addresses meant; one empty text for all that no chain names. */
    private static List<String> prefixes(TlsMatch match, List<String> addresses) {
        if (!addresses.isEmpty()) {
            return addresses.stream()
                    .filter(address -> TcpRoutes.at(match.connection(), address))
                    .map(ChainCompiler::prefix)
                    .toList();
        }
        List<Subnet> subnets = match.connection().subnets();
        return subnets.isEmpty() ? List.of("") : subnets.stream().map(Subnet::toString).toList();
    }

    private void add(
            List<Chain.Tls> chains,
            int port,
            TlsMatch match,
            List<String> prefixes,
            List<WeightedCluster> targets) {
        Map<List<String>, List<String>> byNames = new LinkedHashMap<>();
        for (String prefix : prefixes) {
            List<String> free =
                    match.serverNames().stream()
                            .filter(name -> claimed.add(new Claim(port, prefix, name)))
                            .toList();
            if (!free.isEmpty()) {
                byNames.computeIfAbsent(free, names -> new ArrayList<>()).add(prefix);
            }
        }
        byNames.forEach((names, some) -> {
            boolean any = names.contains(ANY);
            chains.add(
                    new Chain.Tls(
                            port,
                            some.getFirst() + "|" + names.getFirst(),
                            some.getFirst().isEmpty() ? List.of() : some,
                            any ? List.of() : names,
                            targets));
        });
    }
}
