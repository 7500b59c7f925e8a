package dev.fairlead.pilot.validate;

import com.google.common.net.InetAddresses;
import dev.fairlead.pilot.state.Subnet;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.state.VirtualService.TcpMatch;
import dev.fairlead.pilot.state.VirtualService.TcpRoute;
import dev.fairlead.pilot.state.VirtualService.TlsMatch;
import dev.fairlead.pilot.state.VirtualService.TlsRoute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tls and tcp routes of a VirtualService. */
final class ConnectionRoutesReader {

    private final List<String> hosts;
    private final DestinationsReader destinations;

    /**
     * @param hosts of the VirtualService, as written: a server name must be one of them or under
     *     one of them
     * @param destinations reads those of a route
     */
    ConnectionRoutesReader(List<String> hosts, DestinationsReader destinations) {
        this.hosts = hosts.stream().map(Fields::lower).toList();
        this.destinations = destinations;
    }

    /** Null where it is for gateways only. */
    @Nullable TcpRoute tcpRoute(Fields route) {
        List<@Nullable TcpMatch> matches = route.list("match", ConnectionRoutesReader::connection);
        needsDestination(route);
        List<Target> targets = destinations.targets(route);
        List<TcpMatch> ofMesh = ofMesh(matches);
        return ofMesh == null ? null : new TcpRoute(ofMesh, targets);
    }

    /** Null where it is for gateways only. */
    @Nullable TlsRoute tlsRoute(Fields route) {
        List<@Nullable TlsMatch> matches = route.list("match", this::tlsMatch);
        if (matches.isEmpty()) {
            route.problem("match", "at least one match is needed");
        }
        needsDestination(route);
        List<Target> targets = destinations.targets(route);
        List<TlsMatch> ofMesh = ofMesh(matches);
        return ofMesh == null ? null : new TlsRoute(ofMesh, targets);
    }

    /** Null where there are matches, and none is for the mesh. */
    private static <T> @Nullable List<T> ofMesh(List<@Nullable T> matches) {
        List<T> some = new ArrayList<>();
        for (T match : matches) {
            if (match != null) {
                some.add(match);
            }
        }
        return some.isEmpty() && !matches.isEmpty() ? null : some;
    }

    private static void needsDestination(Fields route) {
        if (!route.has("route")) {
            route.wrong("a route with at least one destination is needed");
        }
    }

    /** Null where it is for gateways only. */
    private static @Nullable TcpMatch connection(Fields match) {
        boolean forMesh = Gateways.forMesh(match);
        Checks.range(match, "sourceSubnet"); // deprecated: looked at by nobody, as in Istio
        var read =
                new TcpMatch(
                        match.integer("port", 1, DestinationsReader.MAX_PORT, 0),
                        subnets(match),
                        match.strings("sourceLabels"),
                        match.string("sourceNamespace"));
        return forMesh ? read : null;
    }

    private static List<Subnet> subnets(Fields match) {
        List<Subnet> subnets = new ArrayList<>();
        List<String> written = match.stringList("destinationSubnets");
        for (int i = 0; i < written.size(); i++) {
            Subnet subnet = Subnet.of(written.get(i));
            if (subnet == null) {
                match.problem(
                        "destinationSubnets[" + i + "]",
                        "\"" + written.get(i) + "\" is no address range");
            } else {
                subnets.add(subnet);
            }
        }
        return subnets;
    }

    private @Nullable TlsMatch tlsMatch(Fields match) {
        List<String> names = match.stringList("sniHosts").stream().map(Fields::lower).toList();
        if (names.isEmpty()) {
            match.problem("sniHosts", "at least one host is needed");
        }
        for (int i = 0; i < names.size(); i++) {
            String problem = serverNameProblem(names.get(i));
            if (!problem.isEmpty()) {
                match.problem("sniHosts[" + i + "]", problem);
            }
        }
        TcpMatch connection = connection(match);
        return connection == null ? null : new TlsMatch(names, connection);
    }

    private String serverNameProblem(String name) {
        if (InetAddresses.isInetAddress(name)) {
            return ""; // no client should send one, some do
        }
        String problem = HostNames.hostProblem(name, true);
        return !problem.isEmpty() || hosts.stream().anyMatch(host -> within(name, host))
                ? problem
                : name + " is within none of the hosts " + hosts;
    }

    /** Whether every name that {@code pattern} takes is one that {@code host} takes. */
    private static boolean within(String pattern, String host) {
        if (!host.startsWith("*")) {
            return pattern.equals(host);
        }
        return pattern.startsWith("*")
                ? pattern.length() >= host.length()
                        && pattern.substring(1).endsWith(host.substring(1))
                : pattern.endsWith(host.substring(1));
    }
}
