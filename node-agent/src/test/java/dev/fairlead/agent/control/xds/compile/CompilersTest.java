package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.re2j.Pattern;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ChainMatch;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.agent.model.request.Cidr;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.PathMatcher;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.Forward;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RouteMatch;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a resource of the profile means. */
class CompilersTest {

    private static final SpiffeId REVIEWS = SpiffeId.parse(Wire.IDENTITY);
    private static final Duration TEN = Duration.ofSeconds(10);

    @Test
    void outboundListener() {
        var outcome = compile(new ListenerCompiler(), Wire.outbound("default", "r", "db").build());

        Listener listener = good(outcome);
        assertThat(listener.name()).isEqualTo("outbound|default");
        assertThat(listener.detectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(listener.chains())
                .containsExactly(
                        new FilterChain(
                                "http",
                                new ChainMatch(9080, List.of(), List.of(), null, List.of()),
                                null,
                                new Filter.Http(
                                        "http", new Filter.Routes.Named("r"), Set.of("websocket"))),
                        new FilterChain(
                                "tcp",
                                new ChainMatch(
                                        3306,
                                        List.of(new Cidr(InetAddress.ofLiteral("198.19.0.7"), 32)),
                                        List.of("db.default.svc.cluster.local"),
                                        false,
                                        List.of("http/1.1")),
                                null,
                                new Filter.Tcp("tcp", Forward.to("db"))));
        assertThat(listener.defaultChain())
                .isEqualTo(
                        new FilterChain(
                                "passthrough",
                                ChainMatch.ANY,
                                null,
                                new Filter.Tcp("tcp", Forward.to("PassthroughCluster"))));
        assertThat(((Outcome.Compiled<Listener>) outcome).references())
                .isEqualTo(new References(Set.of("r"), Set.of("db", "PassthroughCluster")));
    }

    @Test
    void inboundListener() {
        var outcome = compile(new ListenerCompiler(), Wire.inbound("uid-1").build());

        Listener listener = good(outcome);
        FilterChain tls = listener.chains().getFirst();
        assertThat(tls.tls()).isEqualTo(new ServerTls(REVIEWS, List.of("istio", "http/1.1"), true));
        assertThat(tls.match().tls()).isTrue();
        assertThat(tls.filter())
                .isInstanceOfSatisfying(
                        Filter.Http.class,
                        http -> assertThat(http.routes()).isInstanceOf(Filter.Routes.Inline.class));
        assertThat(listener.chains().getLast().filter())
                .isEqualTo(
                        new Filter.Tcp(
                                "tcp",
                                Forward.weighted(
                                        List.of(
                                                new WeightedCluster("a", 3),
                                                new WeightedCluster("b", 1))),
                                Duration.ofSeconds(90),
                                Duration.ofHours(1)));
        assertThat(listener.defaultChain()).isNull();
        assertThat(((Outcome.Compiled<Listener>) outcome).references().clusters())
                .containsExactlyInAnyOrder("inbound|9080||", "a", "b");
    }

    @Test
    void aTunnelHasATarget() {
        for (String target : List.of("db.example.com:5432", "192.0.2.1:1", "[2001:db8::1]:443")) {
            Listener listener =
                    good(compile(new ListenerCompiler(), Wire.tunnelled("a", target).build()));
            assertThat(listener.chains().get(1).filter())
                    .isInstanceOfSatisfying(
                            Filter.Tcp.class, tcp -> assertThat(tcp.tunnel()).isEqualTo(target));
        }
        for (String target : List.of("", "db", "db:x", "d b:1", "db:1\r\nx: y", ":1")) {
            assertThat(
                            CompileTesting.refusal(
                                    compile(
                                            new ListenerCompiler(),
                                            Wire.tunnelled("a", target).build())))
                    .startsWith(
                            "filter_chains[1].filters[0].typed_config.tunneling_config.hostname:");
        }
    }

    @Test
    void routes() {
        var outcome = compile(new RouteTableCompiler(), Wire.allRoutes("r").build());

        RouteTable table = good(outcome);
        assertThat(table.virtualHosts().getFirst().domains())
                .containsExactly("reviews", "reviews:9080");
        List<Route> routes = table.virtualHosts().getFirst().routes();
        assertThat(routes.getFirst())
                .isEqualTo(
                        new Route(
                                "jason",
                                new RouteMatch(
                                        new PathMatcher.Prefix("/reviews", true),
                                        List.of(
                                                new HeaderMatcher(
                                                        "end-user",
                                                        new StringMatcher.Exact("jason", false),
                                                        false),
                                                new HeaderMatcher(
                                                        ":method",
                                                        new StringMatcher.Prefix("P", true),
                                                        true),
                                                new HeaderMatcher("cookie", null, false),
                                                new HeaderMatcher(
                                                        "agent",
                                                        new StringMatcher.Regex(
                                                                Pattern.compile("curl.*")),
                                                        false)),
                                        Map.of("app", "productpage")),
                                Forward.to("v2"),
                                Duration.ofSeconds(3)));
        assertThat(routes.get(1))
                .isEqualTo(
                        new Route(
                                "tunnel",
                                new RouteMatch(new PathMatcher.Connect(), List.of(), Map.of()),
                                Forward.to("v2")
                                        .withUpgrades(Map.of("connect", true, "websocket", false)),
                                Duration.ZERO,
                                Duration.ofSeconds(7)));
        assertThat(routes.get(2).match().path()).isEqualTo(new PathMatcher.Exact("/x", false));
        assertThat(routes.get(2).timeout()).isEqualTo(Duration.ofSeconds(15)); // Envoy's default
        assertThat(routes.get(2).grpcTimeout()).isNull();
        assertThat(routes.get(2).action())
                .isEqualTo(
                        Forward.weighted(
                                List.of(
                                        new WeightedCluster("v1", 90),
                                        new WeightedCluster("v3", 10))));
        assertThat(routes.get(3).action()).isEqualTo(new RouteAction.Respond(502, "no"));
        assertThat(((Outcome.Compiled<RouteTable>) outcome).references().clusters())
                .containsExactlyInAnyOrder("v1", "v2", "v3");
    }

    @Test
    void edsClusterWithAutomaticTls() {
        Cluster cluster = good(compile(new ClusterCompiler(), Wire.autoTls("auto").build()));

        assertThat(cluster)
                .isEqualTo(
                        new Cluster(
                                "auto",
                                "stat",
                                Cluster.Discovery.EDS,
                                "auto",
                                Cluster.LbPolicy.LEAST_REQUEST,
                                TEN,
                                new UpstreamTransport.Auto(
                                        new UpstreamTls(
                                                "outbound_.9080_._.reviews.default.svc.cluster.local",
                                                List.of("istio-http/1.1", "istio"),
                                                Set.of(REVIEWS),
                                                true))));
    }

    private static String spoken(io.envoyproxy.envoy.config.cluster.v3.Cluster.Builder cluster) {
        Cluster model = good(compile(new ClusterCompiler(), cluster.build()));
        return model.protocol() + " " + model.maxConcurrentStreams();
    }

    @Test
    void aClusterSaysWhichHttpItsEndpointsAreAskedIn() {
        assertThat(spoken(Wire.eds("c"))).isEqualTo("HTTP1 0");
        assertThat(spoken(Wire.speaking("c", Wire.http1()))).isEqualTo("HTTP1 0");
        assertThat(spoken(Wire.speaking("c", Wire.http2(100)))).isEqualTo("HTTP2 100");
        assertThat(spoken(Wire.speaking("c", Wire.asDownstream(Integer.MAX_VALUE))))
                .isEqualTo("DOWNSTREAM " + Integer.MAX_VALUE);
        var unbounded =
                HttpProtocolOptions.newBuilder()
                        .setExplicitHttpConfig(
                                ExplicitHttpConfig.newBuilder()
                                        .setHttp2ProtocolOptions(
                                                Http2ProtocolOptions.getDefaultInstance()));
        assertThat(spoken(Wire.speaking("c", unbounded.build()))).isEqualTo("HTTP2 0");
    }

    @Test
    void otherClusters() {
        var compiler = new ClusterCompiler();

        assertThat(good(compile(compiler, Wire.passthrough().build())))
                .isEqualTo(
                        new Cluster(
                                "PassthroughCluster",
                                "PassthroughCluster",
                                Cluster.Discovery.ORIGINAL_DESTINATION,
                                "",
                                Cluster.LbPolicy.ROUND_ROBIN,
                                TEN,
                                new UpstreamTransport.Plaintext()));
        assertThat(good(compile(compiler, Wire.blackHole().build())).discovery())
                .isEqualTo(Cluster.Discovery.EMPTY);
        var mutual = Wire.eds("m").setTransportSocket(Wire.clientTls()).clearConnectTimeout();
        assertThat(good(compile(compiler, mutual.build())).transport())
                .isInstanceOf(UpstreamTransport.Mutual.class);
        assertThat(good(compile(compiler, mutual.build())).connectTimeout())
                .isEqualTo(Duration.ofSeconds(5)); // Envoy's default
    }

    @Test
    void endpoints() {
        var assignment = Wire.endpoints("c", "198.18.1.10", "198.18.1.11", "2001:db8::1");
        assignment
                .getEndpointsBuilder(0)
                .getLbEndpointsBuilder(1)
                .setHealthStatus(HealthStatus.UNHEALTHY);
        assignment
                .getEndpointsBuilder(0)
                .getLbEndpointsBuilder(2)
                .setLoadBalancingWeight(Wire.number(7))
                .clearHealthStatus()
                .clearMetadata();

        assertThat(good(compile(new EndpointsCompiler(), assignment.build())).list())
                .containsExactly(
                        new Endpoint(new InetSocketAddress("198.18.1.10", 9080), 1, true),
                        new Endpoint(new InetSocketAddress("198.18.1.11", 9080), 1, true)
                                .with(Endpoint.Health.UNHEALTHY),
                        new Endpoint(new InetSocketAddress("2001:db8::1", 9080), 7, false));
    }

    @Test
    void workload() {
        var wire = Wire.workload("uid-1", "198.18.1.10").build();

        assertThat(good(compile(new WorkloadCompiler(), wire)))
                .isEqualTo(
                        new Workload(
                                "uid-1",
                                "default",
                                "reviews-v1-uid-1",
                                REVIEWS,
                                Map.of("app", "reviews"),
                                List.of(InetAddress.ofLiteral("198.18.1.10")),
                                "node-1",
                                true,
                                false,
                                "reviews-v1",
                                List.of("reviews.default.svc.cluster.local"),
                                Workload.Membership.UNTOLD));
    }

    @Test
    void aResourceIsWhatItWasSentAs() {
        var cluster = Any.pack(Wire.eds("a").build());

        assertThat(CompileTesting.refusal(new ClusterCompiler().compile("b", cluster)))
                .isEqualTo("name: \"a\" was sent as \"b\"");
        assertThat(CompileTesting.refusal(new ListenerCompiler().compile("a", cluster)))
                .contains("where another was expected");
    }
}
