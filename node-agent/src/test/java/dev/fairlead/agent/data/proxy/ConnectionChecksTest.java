package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.AccessRules.Purpose;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.StringMatcher;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may connect to a pod that speaks something of its own, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class ConnectionChecksTest {

    private static final Matcher OUR_PORT = new Matcher.DestinationPort(80, 81);
    private static final Matcher OTHER_PORT = new Matcher.DestinationPort(81, 82);
    private static final Matcher HEADER = new Matcher.Header(new HeaderMatcher("x", null, false));
    private static final Matcher ANY_PATH =
            new Matcher.Text(new Matcher.Attribute.Path(), new StringMatcher.Prefix("", false));

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static Rbac rbac(Rbac.Action action, Matcher permission) {
        return new Rbac(action, List.of(new Rbac.Policy("p", permission, new Matcher.Any())));
    }

    private static NetworkFilter deny(Matcher permission) {
        return new NetworkFilter.Access(new AccessRules(rbac(Rbac.Action.DENY, permission), null));
    }

    private static NetworkFilter allow(Matcher permission) {
        return new NetworkFilter.Access(new AccessRules(rbac(Rbac.Action.ALLOW, permission), null));
    }

    private static Config guarded(FakeUpstream application, NetworkFilter... filters) {
        return new Config()
                .cluster("application", false, application.address())
                .inbound(
                        null,
                        null,
                        new Filter.Tcp(
                                "tcp",
                                RouteAction.Forward.to("application"),
                                Filter.Tcp.IDLE_TIMEOUT,
                                null,
                                List.of(filters)));
    }

    /** Says hello first, then what it is told. */
    private static FakeUpstream greeting() throws Exception {
        return new FakeUpstream(wire -> {
            wire.send("hello");
            wire.send(wire.bytes(4));
            wire.rest();
        });
    }

    private Wire client(FakeUpstream application, NetworkFilter... filters) throws Exception {
        mesh = new Mesh(guarded(application, filters).build());
        mesh.closing(application);
        return mesh.inboundClient();
    }

    private long count(ConnectionAccessStat stat) {
        return mesh.stats.access(Mesh.UID).get(stat);
    }

    @Test
    void whoMayConnectIsServed() throws Exception {
        Wire wire = client(greeting(), deny(OTHER_PORT), allow(OUR_PORT));

        assertThat(wire.bytes(5)).isEqualTo("hello");
        wire.send("more");
        assertThat(wire.bytes(4)).isEqualTo("more");
        assertThat(count(ConnectionAccessStat.ALLOWED)).isEqualTo(2);
        assertThat(count(ConnectionAccessStat.DENIED)).isZero();
    }

    @Test
    void whoMayNotSeesAnEndAndTheApplicationNothing() throws Exception {
        FakeUpstream application = greeting();
        Wire wire = client(application, allow(OTHER_PORT));

        wire.send("anything");
        assertThat(wire.rest()).isEmpty();
        assertThat(application.connections).hasValue(0);
        assertThat(count(ConnectionAccessStat.DENIED)).isEqualTo(1);
        assertThat(mesh.tcpOutcomes()).isEqualTo("{RBAC=1}");
    }

    @Test
    void rulesOnRequestsMatchNoConnection() throws Exception {
        Wire wire = client(greeting(), deny(new Matcher.AnyOf(List.of(HEADER, ANY_PATH))));
        assertThat(wire.bytes(5)).isEqualTo("hello");
        mesh.close();

        FakeUpstream application = greeting();
        wire = client(application, allow(new Matcher.AnyOf(List.of(HEADER, ANY_PATH))));
        assertThat(wire.rest()).isEmpty();
    }

    @Test
    void rulesOnTrialOnlyCount() throws Exception {
        AccessRules trial =
                new AccessRules(null, rbac(Rbac.Action.DENY, OUR_PORT), Purpose.DRY_RUN_DENY);
        Wire wire = client(greeting(), new NetworkFilter.Access(trial));

        assertThat(wire.bytes(5)).isEqualTo("hello");
        assertThat(count(ConnectionAccessStat.DRY_RUN_DENY_SHADOW_DENIED)).isEqualTo(1);
        assertThat(count(ConnectionAccessStat.DENIED)).isZero();
    }

    private static NetworkFilter[] asking(boolean failOpen) {
        return new NetworkFilter[] {
            new NetworkFilter.Access(
                    new AccessRules(null, rbac(Rbac.Action.DENY, OUR_PORT), Purpose.EXTERNAL)),
            new NetworkFilter.External(
                    new ExternalAuthorization(
                            "p",
                            new ExternalAuthorization.Grpc(
                                    "authz", Duration.ofSeconds(20), "authz.example"),
                            failOpen,
                            0))
        };
    }

    private static H2Server authorizer(String answer) throws Exception {
        return H2Server.that(asked ->
                asked.headers(
                                new DefaultHttp2Headers()
                                        .status("200")
                                        .add("content-type", "application/grpc"),
                                false)
                        .bytes(answer.getBytes(StandardCharsets.ISO_8859_1))
                        .headers(new DefaultHttp2Headers().add("grpc-status", "0"), true));
    }

    private Wire asked(FakeUpstream application, String answer, boolean failOpen) throws Exception {
        H2Server authorizer = authorizer(answer);
        Config config = guarded(application, asking(failOpen));
        config.protocol(HttpProtocol.HTTP2).cluster("authz", false, authorizer.address());
        mesh = new Mesh(config.build());
        mesh.closing(application);
        mesh.closing(authorizer);
        return mesh.inboundClient();
    }

    private static final String YES = "\0\0\0\0\0";
    private static final String NO = "\0\0\0\0\4\12\2\10\7";

    @Test
    void whomTheAuthorizerLetsPassIsServed() throws Exception {
        Wire wire = asked(greeting(), YES, false);

        assertThat(wire.bytes(5)).isEqualTo("hello");
        wire.send("more");
        assertThat(wire.bytes(4)).isEqualTo("more");
        assertThat(count(ConnectionAccessStat.AUTHORIZER_OK)).isEqualTo(1);
    }

    @Test
    void whomItRefusesSeesAnEndAndTheApplicationNothing() throws Exception {
        FakeUpstream application = greeting();
        Wire wire = asked(application, NO, true);

        assertThat(wire.rest()).isEmpty();
        assertThat(application.connections).hasValue(0);
        assertThat(count(ConnectionAccessStat.AUTHORIZER_DENIED)).isEqualTo(1);
        assertThat(count(ConnectionAccessStat.AUTHORIZER_CX_CLOSED)).isEqualTo(1);
    }

    @Test
    void withoutAnAnswerAConnectionEndsOrPasses() throws Exception {
        assertThat(asked(greeting(), "nonsense", false).rest()).isEmpty();
        assertThat(count(ConnectionAccessStat.AUTHORIZER_ERROR)).isEqualTo(1);
        mesh.close();

        assertThat(asked(greeting(), "nonsense", true).bytes(5)).isEqualTo("hello");
        assertThat(count(ConnectionAccessStat.AUTHORIZER_FAILURE_MODE_ALLOWED)).isEqualTo(1);
    }

    @Test
    void whatNoRuleFitsIsNotAskedAbout() throws Exception {
        NetworkFilter[] filters = asking(false);
        filters[0] =
                new NetworkFilter.Access(
                        new AccessRules(
                                null, rbac(Rbac.Action.DENY, OTHER_PORT), Purpose.EXTERNAL));
        Wire wire = client(greeting(), filters);

        assertThat(wire.bytes(5)).isEqualTo("hello");
        assertThat(count(ConnectionAccessStat.AUTHORIZER_DISABLED)).isEqualTo(1);
    }

    @Test
    void aLiveConnectionThatNewRulesRefuseIsReset() throws Exception {
        FakeUpstream application = greeting();
        Wire wire = client(application);
        assertThat(wire.bytes(5)).isEqualTo("hello");

        mesh.install(guarded(application, deny(OTHER_PORT)).build());
        wire.send("more");
        assertThat(wire.bytes(4)).isEqualTo("more");
        mesh.install(guarded(application, deny(OUR_PORT)).build());

        assertThat(wire.end()).isEqualTo("RST");
        assertThat(mesh.count(ListenerStat.REVOKED)).isEqualTo(1);
    }
}
