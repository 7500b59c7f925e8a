package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import dev.fairlead.pilot.compile.Chain;
import dev.fairlead.pilot.compile.ScopeView;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes the listener of a scope. */
final class OutboundListenerGenerator {

    static final int OUTBOUND_PORT = 15001;
    private static final String TLS = "tls";
    private static final String PLAIN = "raw_buffer";
    private static final List<String> PLAIN_HTTP1 = List.of("http/1.0", "http/1.1");
    private static final List<String> PLAIN_HTTP = List.of("http/1.0", "http/1.1", "h2c");

    private final MeshSettings mesh;
    private final Audience audience;

    OutboundListenerGenerator(MeshSettings mesh, Audience audience) {
        this.mesh = mesh;
        this.audience = audience;
    }

    VersionedResource listener(ScopeView scope) {
        Listener.Builder listener = frame(scope.listener(), "0.0.0.0", OUTBOUND_PORT, mesh);
        Set<String> routes = new HashSet<>();
        SortedSet<Integer> detecting = new TreeSet<>();
        SortedSet<Integer> toldByTls = new TreeSet<>();
        boolean limited = scope.isLimited();
        for (Chain chain : scope.chains()) {
            switch (chain) {
                case Chain.Http http -> {
                    if (http.http1() || audience.knowsHttp2()) {
                        listener.addFilterChains(http(http, limited));
                        routes.add(http.routes());
                    }
                }
                case Chain.Tls tls -> {
                    listener.addFilterChains(tls(tls));
                    toldByTls.add(tls.port());
                }
                case Chain.Tcp tcp -> {
                    if (tcp.opaqueHttp2() && audience.knowsHttp2()) {
                        continue;
                    }
                    if (tcp.detect()) {
                        listener.addFilterChains(detected(tcp, limited));
                        routes.add(tcp.routes());
                        detecting.add(tcp.port());
                        // each by its transport: what matched one is not looked for in another
                        listener.addFilterChains(tcp(tcp, "tcp", PLAIN, tcp.prefixes()));
                        List<String> left = withoutTlsRule(tcp, scope.chains());
                        if (!left.isEmpty()) {
                            listener.addFilterChains(tcp(tcp, "tcp_tls", TLS, left));
                            toldByTls.add(tcp.port());
                        }
                    } else {
                        listener.addFilterChains(tcp(tcp, "tcp", "", tcp.prefixes()));
                    }
                }
            }
        }
        inspect(listener, Filters.TLS_INSPECTOR, toldByTls);
        inspect(listener, Filters.HTTP_INSPECTOR, detecting);
        listener.setDefaultFilterChain(otherwise(scope.egress()));
        return VersionedResource.of(scope.listener(), listener.build(), routes);
    }

    private void inspect(
            Listener.Builder listener, ListenerFilter inspector, SortedSet<Integer> ports) {
        if (!ports.isEmpty()) {
            listener.addListenerFilters(
                    audience instanceof Audience.Envoy
                            ? Filters.only(inspector, ports)
                            : inspector);
        }
    }

    /** What outbound and inbound listeners have in common. */
    static Listener.Builder frame(String name, String address, int port, MeshSettings mesh) {
        return Listener.newBuilder()
                .setName(name)
                .setAddress(Protos.address(address, port))
                .setBindToPort(BoolValue.of(false))
                .addListenerFilters(Filters.ORIGINAL_DST)
                .setListenerFiltersTimeout(
                        Protos.millis(mesh.protocols().detectionTimeout().toMillis()))
                .setContinueOnListenerFiltersTimeout(true);
    }

    /** What the http_inspector finds that is HTTP to the audience. */
    static List<String> plainHttp(Audience audience) {
        return audience.knowsHttp2() ? PLAIN_HTTP : PLAIN_HTTP1;
    }

    private FilterChain http(Chain.Http chain, boolean limited) {
        String name = "outbound|" + chain.port() + "|http|_";
        return chain(
                name,
                FilterChainMatch.newBuilder().setDestinationPort(Protos.number(chain.port())),
                Filters.http(name, chain.routes(), limited, mesh.security().paths(), audience));
    }

    private FilterChain detected(Chain.Tcp chain, boolean limited) {
        String name = "outbound|" + chain.port() + "|detect|" + chain.name();
        return chain(
                name,
                match(chain)
                        .setTransportProtocol(PLAIN)
                        .addAllApplicationProtocols(plainHttp(audience)),
                Filters.http(name, chain.routes(), limited, mesh.security().paths(), audience));
    }

    private FilterChain tls(Chain.Tls chain) {
        String name = "outbound|" + chain.port() + "|tls|" + chain.name();
        var match = on(chain.port(), chain.prefixes());
        if (chain.serverNames().isEmpty()) {
            match.setTransportProtocol(TLS);
        } else {
            match.addAllServerNames(chain.serverNames());
        }
        return chain(name, match, Filters.tcp(name, chain.targets(), audience));
    }

    /** Addresses of {@code tcp} for which no rule takes TLS whatever it asks for. */
    private static List<String> withoutTlsRule(Chain.Tcp tcp, List<Chain> chains) {
        List<String> left = new ArrayList<>(tcp.prefixes());
        for (Chain chain : chains) {
            if (chain instanceof Chain.Tls tls
                    && tls.port() == tcp.port()
                    && tls.serverNames().isEmpty()) {
                left.removeAll(tls.prefixes());
            }
        }
        return left;
    }

    /**
     * @param transport that it takes; empty: any
     */
    private FilterChain tcp(Chain.Tcp chain, String kind, String transport, List<String> prefixes) {
        String name = "outbound|" + chain.port() + "|" + kind + "|" + chain.name();
        return chain(
                name,
                on(chain.port(), prefixes).setTransportProtocol(transport),
                Filters.tcp(
                        chain.opaqueHttp2() ? name + ".opaque_http2" : name,
                        chain.targets(),
                        audience));
    }

    private static FilterChainMatch.Builder match(Chain.Tcp chain) {
        return on(chain.port(), chain.prefixes());
    }

    private static FilterChainMatch.Builder on(int port, List<String> prefixes) {
        var match = FilterChainMatch.newBuilder().setDestinationPort(Protos.number(port));
        prefixes.forEach(prefix -> match.addPrefixRanges(Filters.cidr(prefix)));
        return match;
    }

    private static FilterChain chain(String name, FilterChainMatch.Builder match, Filter filter) {
        return FilterChain.newBuilder()
                .setName(name)
                .setFilterChainMatch(match)
                .addFilters(filter)
                .build();
    }

    private FilterChain otherwise(Egress egress) {
        String cluster =
                egress == Egress.ALLOW_ANY
                        ? ClusterGenerator.PASSTHROUGH
                        : ClusterGenerator.BLACK_HOLE;
        return FilterChain.newBuilder()
                .setName("default")
                .addFilters(Filters.tcp(cluster, cluster, audience))
                .build();
    }
}
