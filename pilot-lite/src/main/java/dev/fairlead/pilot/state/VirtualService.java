package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How requests and connections to some hosts are routed. Hosts, its own and those of destinations,
 * are fully qualified; a wildcard is {@code *} or {@code *.suffix}.
 *
 * @param hosts none: its routes are for others, who delegate to it
 */
public record VirtualService(
        Meta meta,
        List<String> hosts,
        Visibility visibility,
        List<HttpRoute> http,
        List<TlsRoute> tls,
        List<TcpRoute> tcp)
        implements ConfigObject {

    public VirtualService {
        hosts = List.copyOf(hosts);
        http = List.copyOf(http);
        tls = List.copyOf(tls);
        tcp = List.copyOf(tcp);
    }

    /** Taken by a connection that any of the matches fits; no match at all fits every one. */
    public record TcpRoute(List<TcpMatch> matches, List<Target> targets) {
        public TcpRoute {
            matches = List.copyOf(matches);
            targets = List.copyOf(targets);
        }
    }

    /**
     * What a connection must be. 0 and empty mean: anything.
     *
     * @param subnets in one of which the address called must be
     */
    public record TcpMatch(
            int port,
            List<Subnet> subnets,
            Map<String, String> sourceLabels,
            String sourceNamespace) {

        public TcpMatch {
            subnets = List.copyOf(subnets);
            sourceLabels = Map.copyOf(sourceLabels);
        }
    }

    /** Taken by a TLS connection that any of the matches fits. */
    public record TlsRoute(List<TlsMatch> matches, List<Target> targets) {
        public TlsRoute {
            matches = List.copyOf(matches);
            targets = List.copyOf(targets);
        }
    }

    /**
     * What a TLS connection must be.
     *
     * @param serverNames of which it must ask for one, lower case: names, {@code *.suffix}, or
     *     {@code *} for any and none
     */
    public record TlsMatch(List<String> serverNames, TcpMatch connection) {
        public TlsMatch {
            serverNames = List.copyOf(serverNames);
        }
    }

    /**
     * Where to, and how large a share.
     *
     * @param subset empty: all of the host
     * @param port 0: the port that was called, or the host's only one
     */
    public record Target(String host, String subset, int port, int weight) {}

    /** Whether one of its routes is for CONNECT. */
    public boolean connects() {
        return http.stream()
                .flatMap(route -> route.matches().stream())
                .anyMatch(HttpMatch::connect);
    }

    /** Whether others have its routes in their own: it has no hosts of its own. */
    public boolean isDelegate() {
        return hosts.isEmpty();
    }

    /** Whether some of its routes are another's. */
    public boolean isRoot() {
        return http.stream().anyMatch(route -> route.delegate() != null);
    }

    /** Whether agents need traffic policy for some of its routes. */
    public boolean asksForTrafficPolicy() {
        return http.stream().anyMatch(HttpRoute::asksForTrafficPolicy);
    }

    /** The same one with other HTTP routes. */
    VirtualService with(List<HttpRoute> routes) {
        return new VirtualService(meta, hosts, visibility, routes, tls, tcp);
    }

    /** Hosts that its routes send to, or send copies to; one may come several times. */
    public List<String> destinations() {
        List<String> hosts = new ArrayList<>();
        for (HttpRoute route : http) {
            route.destinations().forEach(one -> hosts.add(one.target().host()));
            route.policy().copies().forEach(copy -> hosts.add(copy.destination().host()));
        }
        tls.forEach(route -> route.targets().forEach(target -> hosts.add(target.host())));
        tcp.forEach(route -> route.targets().forEach(target -> hosts.add(target.host())));
        return hosts;
    }

    /** What its TLS and TCP routes ask of connections. */
    public Stream<TcpMatch> connections() {
        return Stream.concat(
                tls.stream().flatMap(route -> route.matches().stream()).map(TlsMatch::connection),
                tcp.stream().flatMap(route -> route.matches().stream()));
    }
}
