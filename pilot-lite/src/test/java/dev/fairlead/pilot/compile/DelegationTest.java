package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Delegation;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Roots and delegates; the facts are those that Istio's merge is tested by. */
class DelegationTest {

    private static final String TO = "route: [{destination: {host: reviews}}]";
    private static final ObjectKey ROOT =
            new ObjectKey("networking.istio.io", "VirtualService", "default", "root");

    private static String rule(String name, String namespace, String spec) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: %s}
        spec: %s
        """
                .formatted(name, namespace, spec);
    }

    private static String root(String route) {
        return rule("root", "default", "{hosts: [reviews], http: [{" + route + "}]}");
    }

    private static String delegate(String routes) {
        return rule("team", "default", "{http: [" + routes + "]}");
    }

    private static List<HttpRoute> inForce(String yaml) {
        var all = TestStates.of(reviewsAndSleep() + yaml).virtualServices();
        List<VirtualService> inForce = Delegation.of(all, null).inForce();
        assertThat(inForce).hasSize(1);
        return inForce.getFirst().http();
    }

    /** Matches of the root, of the delegate, and of both together; empty: there is no place. */
    static Stream<Arguments> matches() {
        String v1 = "{uri: {exact: /productpage/v1}}";
        String v2 = "{uri: {exact: /productpage/v2}}";
        String page = "{uri: {prefix: /productpage}}";
        String regex = "{uri: {regex: ^/productpage}}";
        return Stream.of(
                arguments("[]", "[]", "[]"),
                arguments("[]", "[" + v1 + "]", "[" + v1 + "]"),
                arguments("[" + page + "]", "[]", "[" + page + "]"),
                arguments("[" + page + "]", "[" + v1 + "]", "[" + v1 + "]"),
                arguments("[" + regex + "]", "[{}]", "[" + regex + "]"),
                arguments("[{}]", "[" + regex + "]", "[" + regex + "]"),
                arguments("[" + regex + "]", "[" + page + "]", ""),
                arguments("[" + page + "]", "[" + regex + "]", ""),
                arguments("[" + page + "]", "[{uri: {exact: /reviews}}]", ""),
                arguments("[" + v1 + "]", "[" + page + "]", ""),
                arguments("[{uri: {prefix: /productpage/v2}}]", "[" + v2 + "]", "[" + v2 + "]"),
                arguments("[{uri: {prefix: /productpage/v2}}]", "[" + page + "]", ""),
                arguments(
                        "[" + page + ", {uri: {prefix: /reviews}}]",
                        "[" + v1 + ", {uri: {exact: /reviews/v1}}]",
                        "[" + v1 + ", {uri: {exact: /reviews/v1}}]"),
                // one that fits nowhere takes its route with it
                arguments("[" + page + "]", "[" + v1 + ", {uri: {exact: /reviews}}]", ""),
                arguments("[{headers: {h: {exact: a}}}]", "[]", "[{headers: {h: {exact: a}}}]"),
                arguments("[{headers: {h: {exact: a}}}]", "[{headers: {h: {exact: b}}}]", ""),
                arguments(
                        "[{headers: {h: {prefix: a}}}]",
                        "[{headers: {h: {exact: ab}}}]",
                        "[{headers: {h: {exact: ab}}}]"),
                arguments("[{headers: {h: {prefix: a}}}]", "[{headers: {h: {prefix: b}}}]", ""),
                arguments(
                        "[{headers: {h: {exact: a}}}]",
                        "[{headers: {i: {exact: b}}}]",
                        "[{headers: {h: {exact: a}, i: {exact: b}}}]"),
                arguments(
                        "[{withoutHeaders: {h: {prefix: a}}}]",
                        "[{withoutHeaders: {h: {exact: b}}}]",
                        ""),
                arguments(
                        "[{queryParams: {q: {exact: a}}}]",
                        "[{queryParams: {r: {exact: b}}}]",
                        "[{queryParams: {q: {exact: a}, r: {exact: b}}}]"),
                arguments("[{}]", "[{port: 8080}]", "[{port: 8080}]"),
                arguments("[{port: 8080}]", "[{}]", "[{port: 8080}]"),
                arguments("[{port: 8080}]", "[{port: 8090}]", ""),
                arguments(
                        "[{sourceLabels: {app: test}}]",
                        "[{sourceLabels: {version: v1}}]",
                        "[{sourceLabels: {app: test, version: v1}}]"),
                arguments("[{sourceLabels: {a: b}}]", "[{sourceLabels: {a: c}}]", ""),
                arguments("[{sourceNamespace: one}]", "[{sourceNamespace: two}]", ""),
                // a root that asks for a namespace wants its delegates to ask for it, too
                arguments("[{sourceNamespace: one}]", "[{uri: {prefix: /}}]", ""),
                arguments("[{ignoreUriCase: true, uri: {prefix: /a}}]", "[{port: 1}]", ""),
                arguments(
                        "[{gateways: [gw, mesh]}]",
                        "[{port: 1, gateways: [gw]}, {port: 2, gateways: [mesh]}, {port: 3}]",
                        "[{port: 1, gateways: [gw]}, {port: 2, gateways: [mesh]}, {port: 3, gateways:"
                                + " [gw, mesh]}]"),
                arguments("[{gateways: [gw]}]", "[{gateways: [gw, mesh]}]", ""),
                arguments(
                        "[{name: a, statPrefix: s}]",
                        "[{name: b}]",
                        "[{name: a-b, statPrefix: s}]"),
                arguments(
                        "[{headers: {h: {regex: a}}}, {headers: {i: {exact: b}}}]",
                        "[{uri: {prefix: /}}]",
                        "[{uri: {prefix: /}, headers: {h: {regex: a}}}, {uri: {prefix: /}, headers:"
                                + " {i: {exact: b}}}]"));
    }

    @ParameterizedTest
    @MethodSource
    void matches(String root, String delegate, String both) {
        List<HttpRoute> merged =
                inForce(
                        root("delegate: {name: team}, match: " + root)
                                + delegate("{match: " + delegate + ", " + TO + "}"));
        if (both.isEmpty()) {
            assertThat(merged).isEmpty();
        } else {
            assertThat(merged).isEqualTo(inForce(root("match: " + both + ", " + TO)));
        }
    }

    @Test
    void whatADelegateDoesNotSayItsRootSays() {
        assertThat(
                        inForce(
                                root(
                                                "name: r, delegate: {name: team}, timeout: 10s, headers:"
                                                        + " {request: {add: {a: b}}}, mirrors: [{destination:"
                                                        + " {host: sleep}}]")
                                        + delegate(
                                                "{name: one, match: [{uri: {prefix: /1}}], timeout: 5s,"
                                                        + " mirrors: [{destination: {host: reviews}}], "
                                                        + TO
                                                        + "}, {redirect: {uri: /b}}")))
                .isEqualTo(
                        inForce(
                                root(
                                        "name: r-one, match: [{uri: {prefix: /1}}], timeout: 5s,"
                                                + " headers: {request: {add: {a: b}}}, mirrors:"
                                                + " [{destination: {host: reviews}}], "
                                                + TO
                                                + "}, {name: r, redirect: {uri: /b}, timeout: 10s,"
                                                + " headers: {request: {add: {a: b}}}, mirrors:"
                                                + " [{destination: {host: sleep}}]")));
    }

    /** Short names are a delegate's own namespace's. */
    @Test
    void aDelegateOfAnotherNamespaceIsFoundAndSendsToItsOwn() {
        List<HttpRoute> merged =
                inForce(
                        root("delegate: {name: team, namespace: teams}")
                                + rule("team", "teams", "{http: [{" + TO + "}]}"));
        assertThat(merged.getFirst().destinations().getFirst().target().host())
                .isEqualTo("reviews.teams.svc.cluster.local");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|no VirtualService without hosts is default/team",
                "{hosts: [b], http: [{%s}]}|no VirtualService without hosts is default/team",
                "{exportTo: [other], http: [{%s}]}|default/team is not exported to namespace default",
                "{http: [{match: [{uri: {prefix: /c}}], %s}]}|some routes of default/team are not"
                        + " within this route's matches"
            })
    void aDelegateThatCannotBeUsedIsLeftOutAndItsRootToldSo(String spec, String warning) {
        String match = "delegate: {name: team}, match: [{uri: {prefix: /b}}]}, {" + TO;
        ClusterState state =
                TestStates.of(
                        reviewsAndSleep()
                                + root(match)
                                + rule("team", "default", spec.formatted(TO)));
        VirtualService inForce =
                Delegation.of(state.virtualServices(), null).inForce().stream()
                        .filter(one -> one.meta().key().equals(ROOT))
                        .findFirst()
                        .orElseThrow();
        assertThat(inForce.http()).hasSize(1);
        assertThat(CrossCheck.warnings(state).get(ROOT))
                .containsExactly(new Problem("spec.http[0].delegate", warning));
    }

    @Test
    void aDelegateThatNobodyNamesSaysSo() {
        ClusterState state = TestStates.of(reviewsAndSleep() + delegate("{" + TO + "}"));
        assertThat(CrossCheck.warnings(state).values())
                .containsExactly(
                        List.of(
                                new Problem(
                                        "spec.hosts",
                                        "none, and no VirtualService delegates to it")));
    }

    @Test
    void whatDidNotChangeIsTheSameObjectAndAChangedDelegateIsNot() {
        String one = root("delegate: {name: team}");
        String other =
                rule("other", "default", "{hosts: [sleep], http: [{delegate: {name: crew}}]}")
                        + rule("crew", "default", "{http: [{" + TO + "}]}");
        var before =
                TestStates.of(reviewsAndSleep() + one + other + delegate("{" + TO + "}"))
                        .virtualServices();
        var first = Delegation.of(before, null);
        assertThat(Delegation.of(before, first).inForce())
                .usingElementComparator((a, b) -> a == b ? 0 : 1)
                .containsExactlyElementsOf(first.inForce());
        VirtualService team =
                TestStates.of(reviewsAndSleep() + delegate("{timeout: 1s, " + TO + "}"))
                        .virtualServices()
                        .getFirst();
        List<VirtualService> after =
                before.stream().map(v -> v.meta().name().equals("team") ? team : v).toList();
        var second = Delegation.of(after, first);
        assertThat(second.inForce().get(0)).isSameAs(first.inForce().get(0));
        assertThat(second.inForce().get(1)).isNotSameAs(first.inForce().get(1));
        assertThat(second.inForce().get(1).http().getFirst().policy().timeout()).isNotNull();
    }

    /** A changed delegate changes what was made of its root, and nothing else. */
    @Test
    void aChangedDelegateIsCompiled() {
        String root = root("delegate: {name: team}");
        var compiler = new MeshCompiler();
        ClusterState state = TestStates.of(reviewsAndSleep() + root + delegate("{" + TO + "}"));
        MeshView first = compiler.next(state);
        ClusterState changed =
                TestStates.of(reviewsAndSleep() + root + delegate("{timeout: 1s, " + TO + "}"));
        MeshView second =
                compiler.next(
                        new ClusterState(
                                2,
                                state.observedRevision(),
                                state.captureRevision(),
                                state.mesh(),
                                state.namespaces(),
                                state.services(),
                                state.slices(),
                                state.pods(),
                                state.nodes(),
                                state.networkPolicies(),
                                List.of(
                                        state.virtualServices().getFirst(),
                                        changed.virtualServices().getLast()),
                                state.destinationRules(),
                                state.sidecars(),
                                state.peerPolicies(),
                                state.captured()));
        ScopeView before = Objects.requireNonNull(first.scopes().get("default"));
        ScopeView after = Objects.requireNonNull(second.scopes().get("default"));
        assertThat(after.clusters()).isSameAs(before.clusters());
        assertThat(after.routes().get(0)).isSameAs(before.routes().get(0)); // port 80
        RouteTable.Route route = after.routes().get(1).hosts().getFirst().routes().getFirst();
        assertThat(((RouteTable.Forward) route.action()).timeout()).hasSeconds(1);
    }

    @Test
    void whatRootsNeedOfAgentsTheirDelegatesNeed() {
        ClusterState state =
                TestStates.of(
                        reviewsAndSleep()
                                + root("delegate: {name: team}")
                                + delegate("{retries: {attempts: 1}, " + TO + "}"));
        assertThat(Requirements.of(state))
                .hasSize(1)
                .allSatisfy((key, needed) -> {
                    assertThat(key.name()).isEqualTo("team");
                    assertThat(needed.profile()).isEqualTo(Profile.TRAFFIC_POLICY);
                    assertThat(needed.nodes()).containsExactly("node-1", "node-2");
                });
    }

    @Test
    void mirrorsAreDestinations() {
        String away =
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: shadow, namespace: other}
                spec: {clusterIP: 198.19.7.7, ports: [{name: http, port: 80}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: Sidecar
                metadata: {name: default}
                spec: {egress: [{hosts: ["./*"]}]}
                """;
        String mirror = root("mirror: {host: shadow.other.svc.cluster.local, subset: v1}, " + TO);
        ClusterState state = TestStates.of(reviewsAndSleep() + away + mirror);
        assertThat(
                        Objects.requireNonNull(MeshCompiler.compile(state).scopes().get("default"))
                                .clusters())
                .extracting(ServiceCluster::name)
                .anyMatch(name -> name.startsWith("outbound|80||shadow.other.svc.cluster.local"));
        assertThat(CrossCheck.warnings(state).get(ROOT))
                .containsExactly(
                        new Problem(
                                "spec.http[0].mirror.subset",
                                "no DestinationRule defines v1 of shadow.other.svc.cluster.local"));
    }
}
