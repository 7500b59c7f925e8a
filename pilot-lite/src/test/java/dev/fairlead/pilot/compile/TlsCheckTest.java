package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.TlsCheck.Line;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsCheckTest {

    private static final String HOST = "reviews.default.svc.cluster.local";

    private static String mesh(String compat, boolean enrolled) {
        return """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: mesh, namespace: fairlead-system}
        data: {mesh: "compat: %s"}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: default, annotations: {fairlead.dev/mesh: %s}}
        """
                .formatted(compat, enrolled ? "enabled" : "disabled");
    }

    private static String server(String mode) {
        return mode.equals("-")
                ? ""
                : """
                ---
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: own, namespace: default}
                spec: {mtls: {mode: %s}}
                """
                        .formatted(mode);
    }

    private static String client(String mode) {
        return mode.equals("-")
                ? ""
                : """
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: default, namespace: istio-system}
                spec: {host: "*.local", trafficPolicy: {tls: {mode: %s}}}
                """
                        .formatted(mode);
    }

    @ParameterizedTest
    @CsvSource({
        "istio-1.0, true, -,          -,            false, HTTP/mTLS, HTTP, -",
        "istio-1.0, true, STRICT,     -,            true,  mTLS,      HTTP, own/default",
        "istio-1.0, true, STRICT,     ISTIO_MUTUAL, false, mTLS,      mTLS, own/default",
        "istio-1.0, true, PERMISSIVE, ISTIO_MUTUAL, false, HTTP/mTLS, mTLS, own/default",
        "istio-1.0, true, DISABLE,    ISTIO_MUTUAL, true,  HTTP,      mTLS, own/default",
        "istio-1.0, true, DISABLE,    DISABLE,      false, HTTP,      HTTP, own/default",
        "modern,    true, STRICT,     -,            false, mTLS,      auto, own/default",
        "modern,    true, STRICT,     DISABLE,      true,  mTLS,      HTTP, own/default",
        "modern,    false, -,         ISTIO_MUTUAL, false, HTTP,      HTTP, -",
    })
    void whatIsSpokenAndWhatIsAccepted(
            String compat,
            boolean enrolled,
            String server,
            String client,
            boolean conflict,
            String accepted,
            String spoken,
            String policy) {
        ClusterState state =
                TestStates.of(
                        reviewsAndSleep()
                                + mesh(compat, enrolled)
                                + server(server)
                                + client(client));
        var sleep = Objects.requireNonNull(state.pods().get("uid-sleep-v1"));
        assertThat(TlsCheck.of(state, sleep))
                .contains(
                        new Line(
                                HOST,
                                9080,
                                conflict,
                                accepted,
                                spoken,
                                policy,
                                client.equals("-") ? "-" : "default/istio-system"));
    }
}
