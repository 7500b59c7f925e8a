package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.data.upstream.Crossing;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ChainMatch;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules that come under what is running: on streams, on the short way, on proven principals. */
class RightsTakenTest {

    private static final SpiffeId CALLER = new SpiffeId("cluster.local", "default", "client");
    private static final SpiffeId CALLED = new SpiffeId("cluster.local", "default", "server");
    private static final List<String> ALPN = List.of("istio");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final List<Mesh> meshes = new ArrayList<>();
    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());

    private Mesh mesh(Mesh mesh) {
        meshes.add(mesh);
        return mesh;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (Mesh mesh : meshes) {
            mesh.close();
        }
        tls.remove(CALLER);
        tls.remove(CALLED);
    }

    private static AccessRules rules(Rbac.Action action, Matcher permission, Matcher principal) {
        return new AccessRules(
                new Rbac(action, List.of(new Rbac.Policy("p", permission, principal))), null);
    }

    private static Matcher is(SpiffeId principal) {
        return new Matcher.Text(
                new Matcher.Attribute.Principal(), new StringMatcher.Exact(principal.uri(), false));
    }

    private static Matcher at(String path) {
        return new Matcher.Text(new Matcher.Attribute.Path(), new StringMatcher.Exact(path, false));
    }

    private static Filter.Http http(AccessRules... rules) {
        List<HttpFilter> checks = new ArrayList<>();
        for (AccessRules each : rules) {
            checks.add(new HttpFilter.Access("access", each));
        }
        return new Filter.Http(
                "http",
                new Filter.Routes.Named("routes"),
                Set.of(),
                HttpManager.DEFAULT.checking(checks));
    }

    private static Filter.Tcp tcp(AccessRules... rules) {
        List<NetworkFilter> checks = new ArrayList<>();
        for (AccessRules each : rules) {
            checks.add(new NetworkFilter.Access(each));
        }
        return new Filter.Tcp(
                "tcp", RouteAction.Forward.to("app"), Filter.Tcp.IDLE_TIMEOUT, null, checks);
    }

    /** Says the beginning of an answer to each request, and no end. */
    private static FakeUpstream endless() throws Exception {
        return new FakeUpstream(up -> {
            up.readRequest();
            up.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            up.rest();
        });
    }

    @Test
    void aRunningStreamEndsAndItsNeighbourOnTheConnectionGoesOn() throws Exception {
        FakeUpstream application = endless();
        Config open = new Config().service("a", application.address()).inbound(null, null, http());
        Mesh mesh = mesh(new Mesh(open.build()));
        mesh.closing(application);
        H2Client client = H2Client.to(mesh.inboundPort());
        H2Client.Call refused = client.call(H2Client.get("a", "/private"), true);
        H2Client.Call allowed = client.call(H2Client.get("a", "/public"), true);
        refused.head.get();
        allowed.head.get();

        mesh.install(
                new Config()
                        .service("a", application.address())
                        .inbound(
                                null,
                                null,
                                http(rules(Rbac.Action.DENY, at("/private"), new Matcher.Any())))
                        .build());

        assertThat(refused.get().reset()).isNotNegative();
        assertThat(mesh.count(HttpStat.RBAC_REVOKED)).isEqualTo(1);
        assertThat(allowed.response).isNotDone();
        client.close();
    }

    @Test
    void aStreamThatWaitsForItsAnswerIsRefused() throws Exception {
        FakeUpstream application = new FakeUpstream(Wire::rest);
        Config open = new Config().service("a", application.address()).inbound(null, null, http());
        Mesh mesh = mesh(new Mesh(open.build()));
        mesh.closing(application);
        H2Client client = H2Client.to(mesh.inboundPort());
        H2Client.Call call = client.call(H2Client.get("a", "/private"), true);
        Mesh.await("it", () -> application.connections.get() == 1);

        mesh.install(
                new Config()
                        .service("a", application.address())
                        .inbound(
                                null,
                                null,
                                http(rules(Rbac.Action.DENY, at("/private"), new Matcher.Any())))
                        .build());

        assertThat(call.get().status()).isEqualTo(403);
        client.close();
    }

    /** A pod of the same node, whose rules can be changed. */
    private static final class ShortWay implements SameNode {

        volatile Filter filter;
        final LocalPod destination =
                new LocalPod(
                        "pod-2",
                        "default",
                        "server",
                        CALLED,
                        Path.of("/proc/self/ns/net"),
                        List.of(Mesh.address(0).getAddress()),
                        CaptureExclusions.NONE);
        @Nullable Mesh source;

        ShortWay(Filter filter) {
            this.filter = filter;
        }

        @Override
        public Way way(
                LocalPod source,
                InetSocketAddress to,
                @Nullable UpstreamTls mutual,
                @Nullable HttpProtocol http) {
            var stats = java.util.Objects.requireNonNull(this.source).stats;
            return new Way.Direct(
                    destination,
                    new DestinationAccount(
                            destination,
                            null,
                            HttpProtocol.HTTP1,
                            stats.http("pod-2", "http"),
                            stats.cluster("pod-2", "app"),
                            new RequestKinds(stats, SeriesLabels.unrouted(null, "http")),
                            stats.connections(SeriesLabels.unrouted(null, "tcp")),
                            ProxyProtocol.NONE,
                            new Crossing() {
                                @Override
                                public FilterChain chain() {
                                    return new FilterChain("c", ChainMatch.ANY, null, filter);
                                }

                                @Override
                                public RequestFacts facts() {
                                    return new Facts(
                                            Mesh.address(0).getAddress(),
                                            to,
                                            "",
                                            CALLER.uri(),
                                            () -> null);
                                }
                            }));
        }

        @Override
        public void entered(LocalPod pod, Channel open) {}
    }

    private Mesh source(ShortWay way, Snapshot snapshot) throws Exception {
        Mesh source = mesh(new Mesh(snapshot, new NoTls(), way));
        way.source = source;
        return source;
    }

    @Test
    void aRequestOnTheShortWayEndsByItsDestinationsRules() throws Exception {
        FakeUpstream application = endless();
        ShortWay way = new ShortWay(http());
        Snapshot snapshot = new Config().service("a", application.address()).outboundHttp().build();
        Mesh source = source(way, snapshot);
        source.closing(application);
        Wire wire = source.client();
        wire.send(GET);
        assertThat(wire.readHead().status()).isEqualTo(200);

        way.filter = http(rules(Rbac.Action.DENY, new Matcher.Any(), is(CALLED)));
        source.install(snapshot);
        assertThat(source.count(HttpStat.DOWNSTREAM_RQ_ACTIVE)).isEqualTo(1);
        way.filter = http(rules(Rbac.Action.DENY, new Matcher.Any(), is(CALLER)));
        source.install(snapshot);

        assertThat(wire.end()).isEqualTo("RST");
    }

    @Test
    void anOpaqueConnectionOnTheShortWayIsResetByItsDestinationsRules() throws Exception {
        FakeUpstream application =
                new FakeUpstream(wire -> {
                    wire.send("hello");
                    wire.rest();
                });
        ShortWay way = new ShortWay(tcp());
        Snapshot snapshot =
                new Config().service("a", application.address()).outboundTcp("a").build();
        Mesh source = source(way, snapshot);
        source.closing(application);
        Wire wire = source.client();
        assertThat(wire.bytes(5)).isEqualTo("hello");

        way.filter = tcp(rules(Rbac.Action.ALLOW, new Matcher.Any(), is(CALLER)));
        source.install(snapshot);
        assertThat(source.stats.listener("pod-2", "inbound").get(ListenerStat.REVOKED)).isZero();
        way.filter = tcp(rules(Rbac.Action.ALLOW, new Matcher.Any(), is(CALLED)));
        source.install(snapshot);

        assertThat(wire.end()).isEqualTo("RST");
        assertThat(source.stats.listener("pod-2", "inbound").get(ListenerStat.REVOKED))
                .isEqualTo(1);
    }

    @Test
    void opaqueConnectionsAreAskedForTheProvenPrincipal() throws Exception {
        TestAuthority authority = new TestAuthority("root");
        tls.install(authority.svid(CALLER));
        tls.install(authority.svid(CALLED));
        FakeUpstream application =
                new FakeUpstream(wire -> {
                    wire.send("hello");
                    wire.rest();
                });
        Mesh target = mesh(new Mesh(guarded(CALLER).build(), tls, new OnTheWire()));
        target.destination = application.address();
        target.closing(application);
        Mesh source =
                mesh(
                        new Mesh(
                                new Config()
                                        .transport(
                                                new UpstreamTransport.Mutual(
                                                        new UpstreamTls(
                                                                "", ALPN, Set.of(CALLED), false)))
                                        .service("a", Mesh.address(target.inboundPort()))
                                        .outboundTcp("a")
                                        .build(),
                                tls,
                                new OnTheWire()));
        Wire wire = source.client();
        assertThat(wire.bytes(5)).isEqualTo("hello");

        target.install(guarded(CALLED).build());

        assertThat(wire.end()).isEqualTo("RST");
        assertThat(target.count(ListenerStat.REVOKED)).isEqualTo(1);
        assertThat(source.client().rest()).isEmpty();
        assertThat(target.tcpOutcomes()).contains("RBAC=1");
    }

    private static Config guarded(SpiffeId allowed) {
        return new Config()
                .originalDestination("app")
                .inbound(
                        true,
                        new ServerTls(CALLED, ALPN, false),
                        tcp(rules(Rbac.Action.ALLOW, new Matcher.Any(), is(allowed))));
    }
}
