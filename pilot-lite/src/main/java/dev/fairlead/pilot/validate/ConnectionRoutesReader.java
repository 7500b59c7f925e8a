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
import java.util.function.Function;

/** Reads the tls and tcp routes of a VirtualService. */
final class ConnectionRoutesReader {

    private static final int MAX_PORT = 65_535;

    private final List<String> hosts;
    private final Function<Fields, List<Target>> targets;

    /**
     * @param hosts of the VirtualService, as written: a server name must be one of them or under
     *     one of them
     * @param targets reads the destinations of a route
     */
    ConnectionRoutesReader(List<String> hosts, Function<Fields, List<Target>> targets) {
        this.hosts = hosts.stream().map(Fields::lower).toList();
        this.targets = targets;
    }

    TcpRoute tcpRoute(Fields route) {
        List<TcpMatch> matches = route.list("match", ConnectionRoutesReader::connection);
        needsDestination(route);
        return new TcpRoute(matches, targets.apply(route));
    }

    TlsRoute tlsRoute(Fields route) {
        List<TlsMatch> matches = route.list("match", this::tlsMatch);
        if (matches.isEmpty()) {
            route.problem("match", "at least one match is needed");
        }
        needsDestination(route);
        return new TlsRoute(matches, targets.apply(route));
    }

    private static void needsDestination(Fields route) {
        if (!route.has("route")) {
            route.wrong("a route with at least one destination is needed");
        }
    }

    private static TcpMatch connection(Fields match) {
        VirtualServiceReader.meshOnly(match);
        Checks.range(match, "sourceSubnet"); // deprecated: looked at by nobody, as in Istio
        return new TcpMatch(
                match.integer("port", 1, MAX_PORT, 0),
                subnets(match),
                match.strings("sourceLabels"),
                match.string("sourceNamespace"));
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

    private TlsMatch tlsMatch(Fields match) {
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
        return new TlsMatch(names, connection(match));
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
