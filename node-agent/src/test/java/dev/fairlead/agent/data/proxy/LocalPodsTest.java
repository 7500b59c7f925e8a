package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.data.upstream.SameNode.Way;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The short way is what the wire would have been, or it is not taken. */
class LocalPodsTest {

    private static final SpiffeId CALLER = new SpiffeId("cluster.local", "default", "caller");
    private static final SpiffeId CALLED = new SpiffeId("cluster.local", "default", "called");
    private static final ServerTls SERVER_TLS = new ServerTls(CALLED, List.of("istio"), false);
    private static final UpstreamTls MUTUAL =
            new UpstreamTls("", List.of("istio"), Set.of(CALLED), false);
    private static final InetSocketAddress TARGET = new InetSocketAddress("198.18.0.12", 80);

    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());
    private final LocalPods pods = new LocalPods(tls);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Worker worker = new Worker(channel.eventLoop());
    private final SameNode sameNode = pods.forWorker(worker);
    private final LocalPod caller = pod("pod-2", CALLER, "198.18.0.11", CaptureExclusions.NONE);
    private final LocalPod called = pod(Mesh.UID, CALLED, "198.18.0.12", CaptureExclusions.NONE);

    private static LocalPod pod(
            String uid, SpiffeId identity, String address, CaptureExclusions exclusions) {
        return new LocalPod(
                uid,
                "default",
                uid,
                identity,
                Path.of("/proc/self/ns/net"),
                List.of(InetAddress.ofLiteral(address)),
                exclusions);
    }

    @BeforeEach
    void both() {
        pods.add(caller);
        pods.add(called);
        tls.install(new TestAuthority("root").svid(CALLER));
    }

    @AfterEach
    void close() {
        tls.remove(CALLER);
        channel.close();
    }

    private static Config strict(Filter filter) {
        return new Config().inbound(true, SERVER_TLS, filter);
    }

    private static Config permissive(Filter filter) {
        return strict(filter).inbound(false, null, filter);
    }

    private Way way(Config config, boolean captured, @Nullable UpstreamTls mutual, boolean http) {
        worker.install(config.workload(called(captured, false)).build());
        return sameNode.way(caller, TARGET, mutual, http ? HttpProtocol.HTTP1 : null);
    }

    private Workload called(boolean captured, boolean isolated) {
        return workload(Mesh.UID, "called", CALLED, captured, isolated);
    }

    private Workload workload(
            String uid, String name, SpiffeId identity, boolean captured, boolean isolated) {
        return new Workload(
                uid,
                "default",
                name,
                identity,
                Map.of("app", name),
                called.addresses(),
                "node",
                captured,
                isolated,
                name,
                List.of(name + ".default.svc.cluster.local"),
                Workload.Membership.UNTOLD);
    }

    @Test
    void whereANetworkPolicySelectsEitherThePacketsCrossTheInterface() {
        Workload selected = workload("pod-2", "caller", CALLER, true, true);
        worker.install(
                permissive(Config.http()).workload(called(true, false)).workload(selected).build());
        assertThat(sameNode.way(caller, TARGET, null, HttpProtocol.HTTP1))
                .as("source")
                .isEqualTo(new Way.Wire());
        worker.install(permissive(Config.http()).workload(called(true, true)).build());
        assertThat(sameNode.way(caller, TARGET, null, HttpProtocol.HTTP1))
                .as("destination")
                .isEqualTo(new Way.Wire());
    }

    @Test
    void mutualTlsIsDirectAndSaysWhoCalls() {
        Way way = way(strict(Config.http()), true, MUTUAL, true);

        assertThat(way).isInstanceOf(Way.Direct.class);
        Way.Direct direct = (Way.Direct) way;
        assertThat(direct.destination()).isEqualTo(called);
        assertThat(told(direct))
                .startsWith("By=" + CALLED.uri() + ";Hash=")
                .endsWith(";Subject=\"\";URI=" + CALLER.uri());
        assertThat(direct.account().requests().labels().mutualTls()).isTrue();
        assertThat(direct.account().requests().labels().source().principal())
                .isEqualTo(CALLER.uri());
    }

    /** What the application is told, whatever the caller says. */
    private static @Nullable String told(Way.Direct direct) {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.set("x-forwarded-client-cert", "forged");
        Objects.requireNonNull(direct.account().clientCertificate()).replace(headers);
        return headers.get("x-forwarded-client-cert");
    }

    @Test
    void plaintextUnderPermissiveIsDirectAndAnonymous() {
        Way way = way(permissive(Config.http()), true, null, true);

        assertThat(way).isInstanceOf(Way.Direct.class);
        Way.Direct direct = (Way.Direct) way;
        assertThat(told(direct)).isNull();
        assertThat(direct.account().requests().labels().mutualTls()).isFalse();
    }

    @Test
    void plaintextUnderStrictIsRefusedAsAResetWouldBe() {
        assertThat(way(strict(Config.http()), true, null, true))
                .isEqualTo(new Way.Refused(ResponseFlag.UPSTREAM_CLOSED));
    }

    @Test
    void aRevokedCertificateIsRefusedOnBothSidesAndEndsWhatCrosses() {
        TestAuthority authority = new TestAuthority("other");
        tls.install(authority.svid(CALLER));
        tls.install(authority.svid(CALLED));
        Way.Direct open = (Way.Direct) way(strict(Config.http()), true, MUTUAL, true);
        var crossing = Objects.requireNonNull(open.account().crossing());
        assertThat(crossing.chain()).isNotNull();

        for (SpiffeId revoked : List.of(CALLER, CALLED)) {
            tls.revoke(authority.revoking(tls.chain(revoked).getFirst()));

            assertThat(way(strict(Config.http()), true, MUTUAL, true))
                    .isEqualTo(new Way.Refused(ResponseFlag.UPSTREAM_CONNECT_FAILURE));
            assertThat(crossing.chain()).isNull();
        }
        tls.remove(CALLED);
    }

    /** Its rules are the destination's to ask, on its own loop. */
    @Test
    void aGuardedOpaquePortIsReachedOverItsInterface() {
        Filter.Tcp open = (Filter.Tcp) Config.tcp("app");
        Filter.Tcp guarded =
                new Filter.Tcp(
                        open.statPrefix(),
                        open.clusters(),
                        open.idleTimeout(),
                        open.maxDuration(),
                        List.of(new NetworkFilter.Access(new AccessRules(null, null))));

        assertThat(way(strict(open), true, MUTUAL, false)).isInstanceOf(Way.Direct.class);
        assertThat(way(strict(guarded), true, MUTUAL, false)).isEqualTo(new Way.Wire());
    }

    @Test
    void mutualTlsWithoutACertificateIsNotReady() {
        tls.remove(CALLER);

        assertThat(way(strict(Config.http()), true, MUTUAL, true))
                .isEqualTo(new Way.Refused(ResponseFlag.NOT_READY));
    }

    @Test
    void aPodThatJoinsOrLeavesIsReachedOverItsInterface() {
        assertThat(way(permissive(Config.http()), false, null, true)).isEqualTo(new Way.Wire());
    }

    @Test
    void whatIsNoPodOfThisNodeIsOnTheWire() {
        pods.remove(called);

        assertThat(way(permissive(Config.http()), true, null, true)).isEqualTo(new Way.Wire());
    }

    @Test
    void aPodWithoutListenerIsOnTheWire() {
        assertThat(way(new Config(), true, null, true)).isEqualTo(new Way.Wire());
    }

    @Test
    void anExcludedPortIsOnTheWire() {
        pods.remove(called);
        pods.add(
                pod(
                        Mesh.UID,
                        CALLED,
                        "198.18.0.12",
                        new CaptureExclusions(List.of(80), List.of(), List.of())));

        assertThat(way(permissive(Config.http()), true, null, true)).isEqualTo(new Way.Wire());
    }

    @Test
    void anotherProtocolThanTheListenersIsOnTheWire() {
        assertThat(way(permissive(Config.tcp("t")), true, null, true)).isEqualTo(new Way.Wire());
        assertThat(way(permissive(Config.http()), true, null, false)).isEqualTo(new Way.Wire());
    }

    @Test
    void whoEnteredCountsUntilItLeaves() {
        sameNode.entered(called, channel);
        assertThat(pods.enteredCount(Mesh.UID)).isEqualTo(1);

        channel.close();
        assertThat(pods.enteredCount(Mesh.UID)).isZero();
    }
}
