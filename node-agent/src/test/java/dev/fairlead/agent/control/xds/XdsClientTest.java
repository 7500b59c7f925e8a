package dev.fairlead.agent.control.xds;

import static dev.fairlead.agent.control.xds.compile.ResourceType.CLUSTER;
import static dev.fairlead.agent.control.xds.compile.ResourceType.ENDPOINTS;
import static dev.fairlead.agent.control.xds.compile.ResourceType.ENROLMENT;
import static dev.fairlead.agent.control.xds.compile.ResourceType.LISTENER;
import static dev.fairlead.agent.control.xds.compile.ResourceType.ROUTE;
import static dev.fairlead.agent.control.xds.compile.ResourceType.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.LastGood;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler.Bounds;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.wire.v1.workload.Enrolment;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against control planes named by what they do wrong. */
@SuppressWarnings("NullAway.Init") // by start(), in each test
class XdsClientTest {

    private static final Bounds LONG = Bounds.DEFAULT;
    private static final Bounds SHORT = new Bounds(Duration.ofMillis(300), Duration.ofMillis(100));
    private static final BackOff EAGER = new BackOff(Duration.ofMillis(20), Duration.ofMillis(100));

    @TempDir Path state;
    private final Workers workers = new Workers();
    private FakePilot pilot;
    private ManagedChannel channel;
    private LastGood lastGood;
    private XdsClient client;

    private void start(FakePilot fake, Bounds bounds) throws IOException {
        pilot = fake;
        channel = fake.channel();
        lastGood = new LastGood(state.resolve("xds"));
        client =
                new XdsClient(
                        new XdsClient.Settings(
                                "node-1", "test", bounds, EAGER, Duration.ofMillis(10)),
                        channel,
                        null,
                        lastGood,
                        workers,
                        Clock.systemUTC(),
                        new Random(1));
        client.start();
    }

    @AfterEach
    void stop() throws Exception {
        stopClient();
        pilot.close();
    }

    private void stopClient() throws InterruptedException {
        client.close();
        lastGood.close();
        channel.shutdownNow();
        channel.awaitTermination(10, TimeUnit.SECONDS);
    }

    /** One route to one cluster with one endpoint, for the pods of one namespace. */
    private static <P extends FakePilot> P serve(P pilot) {
        pilot.with(LISTENER, "outbound|default", "l1", Wire.httpOnly("default", "r"));
        pilot.with(ROUTE, "r", "r1", Wire.routes("r", "v1"));
        pilot.with(CLUSTER, "v1", "c1", Wire.eds("v1").build());
        pilot.with(ENDPOINTS, "v1", "e1", Wire.endpoints("v1", "198.18.1.10").build());
        pilot.with(WORKLOAD, "uid-1", "w1", Wire.workload("uid-1", "198.18.1.10").build());
        pilot.with(ENROLMENT, "enrolment", "n1", Enrolment.newBuilder().addNamespaces("a").build());
        return pilot;
    }

    private static boolean whole(Snapshot snapshot) {
        return snapshot.outbound().containsKey("default")
                && snapshot.routes().containsKey("r")
                && snapshot.endpoints().containsKey("v1");
    }

    private FakePilot.Answer awaitAck(ResourceType type) {
        return pilot.awaitAnswer(answer -> answer.type() == type);
    }

    private XdsStatus.TypeStatus clusters() {
        return Objects.requireNonNull(client.status().types().get("clusters"));
    }

    private static boolean asksFirst(DeltaDiscoveryRequest request, ResourceType type) {
        return request.getTypeUrl().equals(type.typeUrl()) && request.getResponseNonce().isEmpty();
    }

    // ---- the normal course

    @Test
    void everythingServedIsInstalledAndAcknowledged() throws Exception {
        start(serve(new FakePilot()), LONG);

        Snapshot snapshot = workers.await(XdsClientTest::whole);

        assertThat(snapshot.workloads().at(InetAddress.ofLiteral("198.18.1.10"))).isNotNull();
        assertThat(has(snapshot, "198.18.1.10")).isTrue();
        assertThat(snapshot.workloads().enrolledNamespaces()).containsExactly("a");
        for (ResourceType type : ResourceType.values()) {
            assertThat(awaitAck(type).error()).isEmpty();
        }
        assertThat(pilot.requests.getFirst().getNode().getMetadata().getFieldsMap())
                .containsKey("FAIRLEAD_PROFILE");
    }

    @Test
    void aResponseIsAcknowledgedOnlyWhenTheWorkersHaveIt() throws Exception {
        start(serve(new FakePilot()), LONG);
        workers.await(XdsClientTest::whole);
        workers.becomeSlow();
        pilot.with(ENDPOINTS, "v1", "e2", Wire.endpoints("v1", "198.18.1.11").build());

        String nonce = pilot.push(ENDPOINTS, "v1");
        workers.await(s -> has(s, "198.18.1.11"));
        client.entries().get(10, TimeUnit.SECONDS); // the client has come to rest
        assertThat(pilot.hasAnswerTo(nonce)).isFalse();

        workers.finish();
        assertThat(pilot.awaitAnswerTo(nonce)).isEmpty();
    }

    private static boolean has(Snapshot snapshot, String ip) {
        var endpoints = snapshot.endpoints().get("v1");
        return endpoints != null
                && endpoints.list().stream()
                        .anyMatch(e -> e.address().getAddress().getHostAddress().equals(ip));
    }

    @Test
    void namesThatNothingNamesAnyMoreAreUnsubscribed() throws Exception {
        start(serve(new FakePilot()), LONG);
        workers.await(XdsClientTest::whole);

        pilot.without(LISTENER, "outbound|default").push(LISTENER, "outbound|default");

        pilot.awaitRequest(r -> r.getResourceNamesUnsubscribeList().contains("r"));
        assertThat(workers.await(s -> s.outbound().isEmpty()).clusters()).containsKey("v1");
    }

    @Test
    void unchangedPartsKeepTheirIdentity() throws Exception {
        start(serve(new FakePilot()), LONG);
        Snapshot before = workers.await(XdsClientTest::whole);
        pilot.with(ENDPOINTS, "v1", "e2", Wire.endpoints("v1", "198.18.1.11").build());

        pilot.push(ENDPOINTS, "v1");
        Snapshot after = workers.await(s -> has(s, "198.18.1.11"));

        assertThat(after.clusters()).isSameAs(before.clusters());
        assertThat(after.routes()).isSameAs(before.routes());
        assertThat(after.outbound()).isSameAs(before.outbound());
        assertThat(after.workloads()).isSameAs(before.workloads());
    }

    @Test
    void theDumpShowsEachResourceAsJson() throws Exception {
        start(serve(new FakePilot()), LONG);
        workers.await(XdsClientTest::whole);

        var entries = client.entries().get(10, TimeUnit.SECONDS);

        assertThat(entries).hasSize(6);
        assertThat(entries)
                .allSatisfy(e -> assertThat(e.state()).isEqualTo(ConfigDump.State.ACTIVE));
        var listener = entries.stream().filter(e -> e.type().equals("listeners")).findFirst();
        assertThat(listener.orElseThrow().json().get())
                .contains("\"bind_to_port\": false")
                .contains("type.googleapis.com/envoy.config.listener.v3.Listener")
                .contains("\"route_config_name\": \"r\"");
    }

    // ---- what goes wrong

    @Test
    void pilotThatSendsOneBadCluster() throws Exception {
        FakePilot fake = serve(new FakePilot());
        var bad = Wire.eds("bad");
        bad.getEdsClusterConfigBuilder()
                .getEdsConfigBuilder()
                .setResourceApiVersion(ApiVersion.AUTO);
        fake.with(CLUSTER, "bad", "b1", bad.build());
        start(fake, LONG);

        Snapshot snapshot = workers.await(XdsClientTest::whole);

        assertThat(snapshot.clusters()).containsOnlyKeys("v1");
        assertThat(awaitAck(CLUSTER).error())
                .isEqualTo("bad: eds_cluster_config.eds_config.resource_api_version: not V3");
        assertThat(clusters().rejectedNow()).isEqualTo(1);
    }

    @Test
    void theLastGoodVersionOfABadResourceStays() throws Exception {
        start(serve(new FakePilot()), LONG);
        var before = workers.await(XdsClientTest::whole).routes().get("r");
        var bad = Wire.routes("r", "v1").toBuilder();
        bad.getVirtualHostsBuilder(0)
                .getRoutesBuilder(0)
                .getMatchBuilder()
                .setSafeRegex(Wire.regex("("));
        pilot.with(ROUTE, "r", "r2", bad.build());

        String nonce = pilot.push(ROUTE, "r");

        assertThat(pilot.awaitAnswerTo(nonce))
                .startsWith("r: virtual_hosts[0].routes[0].match.safe_regex.regex: not RE2");
        assertThat(workers.last().routes().get("r")).isSameAs(before);
        var dump = client.entries().get(10, TimeUnit.SECONDS);
        assertThat(dump)
                .anyMatch(e -> e.name().equals("r") && e.state() == ConfigDump.State.REJECTED)
                .anyMatch(e -> e.name().equals("r") && e.state() == ConfigDump.State.ACTIVE);
    }

    @Test
    void pilotThatDies() throws Exception {
        start(serve(new FakePilot()), LONG);
        Snapshot before = workers.await(XdsClientTest::whole);
        awaitAck(ROUTE);
        pilot.forget();

        pilot.die();
        pilot.with(ENDPOINTS, "v1", "e2", Wire.endpoints("v1", "198.18.1.11").build());
        pilot.comeBack();

        Snapshot after = workers.await(s -> has(s, "198.18.1.11"));
        assertThat(after.clusters()).isSameAs(before.clusters());
        var again = pilot.awaitRequest(r -> asksFirst(r, CLUSTER));
        assertThat(again.getInitialResourceVersionsMap()).isEqualTo(Map.of("v1", "c1"));
        var endpoints = pilot.awaitRequest(r -> asksFirst(r, ENDPOINTS));
        assertThat(endpoints.getInitialResourceVersionsMap()).isEqualTo(Map.of("v1", "e1"));
        assertThat(endpoints.getResourceNamesSubscribeList()).containsExactly("v1");
    }

    /** Says everything again at each reconnection, whatever the client has. */
    private static class PilotThatResendsEverything extends FakePilot {
        PilotThatResendsEverything() throws IOException {}

        @Override
        List<Resource> choose(List<Resource> wanted, Map<String, String> held) {
            return wanted;
        }
    }

    @Test
    void pilotThatResendsEverything() throws Exception {
        start(serve(new PilotThatResendsEverything()), LONG);
        workers.await(XdsClientTest::whole);
        awaitAck(ROUTE);
        int before = workers.count();
        pilot.die();
        pilot.forget();
        pilot.comeBack();

        for (ResourceType type : ResourceType.values()) {
            assertThat(awaitAck(type).error()).isEmpty();
        }
        assertThat(workers.count()).isEqualTo(before);
        assertThat(clusters().accepted()).isEqualTo(1);
    }

    @Test
    void pilotThatRemovesAClusterInUse() throws Exception {
        start(serve(new FakePilot()), LONG);
        var cluster = workers.await(XdsClientTest::whole).clusters().get("v1");
        pilot.without(CLUSTER, "v1").push(CLUSTER, "v1");
        String nonce = pilot.without(ENDPOINTS, "v1").push(ENDPOINTS, "v1");
        pilot.awaitAnswerTo(nonce);

        assertThat(workers.last().clusters().get("v1")).isSameAs(cluster);
        assertThat(has(workers.last(), "198.18.1.10")).isTrue();

        pilot.with(CLUSTER, "v2", "c2", Wire.passthrough().setName("v2").build())
                .push(CLUSTER, "v2");
        pilot.with(ROUTE, "r", "r2", Wire.routes("r", "v2")).push(ROUTE, "r");
        assertThat(workers.await(s -> !s.clusters().containsKey("v1")).clusters())
                .containsOnlyKeys("v2");
    }

    /** Serves clusters, but no endpoints for them. */
    private static class PilotThatNeverSendsEndpoints extends FakePilot {
        PilotThatNeverSendsEndpoints() throws IOException {}

        @Override
        boolean answers(ResourceType type) {
            return type != ENDPOINTS;
        }
    }

    @Test
    void pilotThatNeverSendsEndpoints() throws Exception {
        start(serve(new PilotThatNeverSendsEndpoints()), SHORT);

        Snapshot snapshot = workers.await(s -> s.outbound().containsKey("default"));

        assertThat(snapshot.routes()).containsKey("r");
        assertThat(snapshot.clusters()).containsKey("v1");
        assertThat(snapshot.endpoints()).isEmpty();
        assertThat(awaitAck(LISTENER).error()).isEmpty();
    }

    @Test
    void aRouteChangesOnlyWhenItsNewClusterHasEndpoints() throws Exception {
        start(serve(new FakePilot()), LONG);
        var before = workers.await(XdsClientTest::whole).routes().get("r");
        pilot.with(CLUSTER, "v2", "c2", Wire.eds("v2").build());
        pilot.with(ROUTE, "r", "r2", Wire.routes("r", "v2"));

        String routeNonce = pilot.push(ROUTE, "r");
        pilot.push(CLUSTER, "v2"); // its endpoints will be said to be absent: empty
        Snapshot after = workers.await(s -> s.routes().get("r") != before);

        assertThat(after.endpoints()).containsEntry("v2", new Endpoints("v2", List.of()));
        assertThat(pilot.awaitAnswerTo(routeNonce)).isEmpty();
    }

    @Test
    void aRestartWithThePilotDeadServesTheLastGoodConfiguration() throws Exception {
        FakePilot fake = serve(new FakePilot());
        start(fake, LONG);
        Snapshot before = workers.await(XdsClientTest::whole);
        stopClient();
        fake.die();

        Workers restarted = new Workers();
        channel = fake.channel();
        lastGood = new LastGood(state.resolve("xds"));
        client =
                new XdsClient(
                        new XdsClient.Settings(
                                "node-1", "test", LONG, EAGER, Duration.ofMillis(10)),
                        channel,
                        null,
                        lastGood,
                        restarted,
                        Clock.systemUTC(),
                        new Random(1));
        client.start();
        Snapshot after = restarted.await(XdsClientTest::whole);

        assertThat(after.clusters()).isEqualTo(before.clusters());
        assertThat(after.endpoints()).isEqualTo(before.endpoints());
        assertThat(client.status().connected()).isFalse();

        fake.forget();
        fake.comeBack();
        var first = fake.awaitRequest(r -> asksFirst(r, LISTENER));
        assertThat(first.getInitialResourceVersionsMap())
                .isEqualTo(Map.of("outbound|default", "l1"));
        assertThat(restarted.count()).isEqualTo(1);
    }
}
