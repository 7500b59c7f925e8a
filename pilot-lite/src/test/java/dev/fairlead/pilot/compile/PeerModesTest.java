package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.fairlead.pilot.compile.ServiceCluster.Endpoint;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PeerModesTest {

    private static final String MESH =
            peerAuthentication("istio-system", "mesh", "mtls: {mode: STRICT}");
    private static final String V1 =
            """
            selector: {matchLabels: {app: reviews, version: v1}}
              mtls: {mode: %s}
              portLevelMtls: {%s}\
            """;

    private static String peerAuthentication(String namespace, String name, String spec) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: %s, namespace: %s}
        spec:
          %s
        """
                .formatted(name, namespace, spec.replace("portLevelMtls: {}", "")); // it is refused
    }

    private static String policy(String name, String targets, String peers) {
        return """
        ---
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: %s}
        spec: {targets: [%s], peers: [%s]}
        """
                .formatted(name, targets, peers);
    }

    static Stream<Arguments> modes() {
        String own = peerAuthentication("default", "own", "mtls: {mode: DISABLE}");
        String unset = peerAuthentication("default", "unset", "mtls: {mode: UNSET}");
        return Stream.of(
                arguments("", Mode.PERMISSIVE, Map.of()),
                arguments(MESH, Mode.STRICT, Map.of()),
                arguments(MESH + own, Mode.DISABLE, Map.of()),
                arguments(MESH + unset, Mode.STRICT, Map.of()),
                arguments(
                        MESH
                                + own
                                + peerAuthentication(
                                        "default", "v1", V1.formatted("PERMISSIVE", "")),
                        Mode.PERMISSIVE,
                        Map.of()),
                arguments( // its own mode is the namespace's
                        own + peerAuthentication("default", "v1", V1.formatted("UNSET", "")),
                        Mode.DISABLE,
                        Map.of()),
                arguments( // a port of no Service, too; one that says what holds anyway has no say
                        MESH
                                + peerAuthentication(
                                        "default",
                                        "v1",
                                        V1.formatted(
                                                "UNSET",
                                                "9080: {mode: DISABLE}, 9: {mode: PERMISSIVE},"
                                                        + " 10: {mode: STRICT}, 11: {mode: UNSET}")),
                        Mode.STRICT,
                        Map.of(9080, Mode.DISABLE, 9, Mode.PERMISSIVE)),
                arguments( // of other pods
                        peerAuthentication(
                                "default",
                                "v2",
                                "{selector: {matchLabels: {version: v2}}, mtls: {mode: STRICT}}"),
                        Mode.PERMISSIVE,
                        Map.of()),
                arguments( // of another namespace
                        peerAuthentication("other", "v1", V1.formatted("STRICT", "")),
                        Mode.PERMISSIVE,
                        Map.of()),
                arguments( // the root namespace's selectors are for its own pods only
                        peerAuthentication("istio-system", "v1", V1.formatted("STRICT", "")),
                        Mode.PERMISSIVE,
                        Map.of()),
                arguments(
                        policy("a", "{name: reviews}", "{mtls: {}}"),
                        Mode.PERMISSIVE,
                        Map.of(9080, Mode.STRICT)),
                arguments( // a policy without peers is one
                        MESH + policy("a", "{name: reviews}", ""),
                        Mode.STRICT,
                        Map.of(9080, Mode.DISABLE)),
                arguments(policy("a", "{name: ratings}", "{mtls: {}}"), Mode.PERMISSIVE, Map.of()),
                arguments(
                        policy("a", "{name: reviews, ports: [{number: 9080}]}", "{mtls: {}}"),
                        Mode.PERMISSIVE,
                        Map.of(9080, Mode.STRICT)),
                arguments(
                        policy("a", "{name: reviews, ports: [{name: http}]}", "{mtls: {}}"),
                        Mode.PERMISSIVE,
                        Map.of(9080, Mode.STRICT)),
                arguments(
                        policy("a", "{name: reviews, ports: [{number: 1234}]}", "{mtls: {}}"),
                        Mode.PERMISSIVE,
                        Map.of()),
                arguments( // the one that names the port
                        policy("a", "{name: reviews}", "{mtls: {}}")
                                + policy("b", "{name: reviews, ports: [{number: 9080}]}", ""),
                        Mode.PERMISSIVE,
                        Map.of(9080, Mode.DISABLE)),
                arguments( // a new kind's port before an old kind's
                        policy("a", "{name: reviews}", "{mtls: {}}")
                                + peerAuthentication(
                                        "default",
                                        "v1",
                                        V1.formatted("UNSET", "9080: {mode: UNSET}")),
                        Mode.PERMISSIVE,
                        Map.of()));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void theNarrowestSays(String policies, Mode mode, Map<Integer, Mode> exceptions) {
        PodView pod =
                Objects.requireNonNull(
                        MeshCompiler.compile(TestStates.of(reviewsAndSleep() + policies))
                                .pods()
                                .get("uid-reviews-v1"));
        assertThat(pod.modes()).isEqualTo(new PodView.Modes(mode, exceptions));
    }

    @Test
    void clientsSpeakMutualTlsWhereItIsTaken() {
        var mesh =
                MeshCompiler.compile(
                        TestStates.of(
                                reviewsAndSleep()
                                        + peerAuthentication(
                                                "default",
                                                "v1",
                                                V1.formatted("STRICT", "9080: {mode: DISABLE}")),
                                "uid-reviews-v1",
                                "uid-reviews-v2"));
        var reviews =
                Objects.requireNonNull(mesh.scopes().get("default")).clusters().stream()
                        .filter(c ->
                                c.name().equals("outbound|9080||reviews.default.svc.cluster.local"))
                        .findFirst()
                        .orElseThrow();
        assertThat(reviews.endpoints())
                .filteredOn(Endpoint::mutual)
                .extracting(Endpoint::workload)
                .containsExactly("reviews-v2;default;reviews;v2;");
    }
}
