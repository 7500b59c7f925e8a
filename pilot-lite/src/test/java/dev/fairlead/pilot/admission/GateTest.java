package dev.fairlead.pilot.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateTest {

    private static final String CLUSTER =
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, annotations: {fairlead.dev/mesh: enabled}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 9080}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v1}}]}]}
            """;

    private static final String ROUTE =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: other}
            spec: {hosts: [other], http: [{route: [{destination: {host: %s, subset: %s}}]}]}
            """;

    private final Gate gate = new Gate("fairlead-system");
    private final ClusterState state = TestStates.of(CLUSTER);

    private Decision ask(String operation, @Nullable String object, @Nullable String oldObject) {
        try {
            return gate.check(
                    AdmissionReviews.read(Reviews.body(operation, object, oldObject)), state);
        } catch (AdmissionReviews.BadReview e) {
            throw new AssertionError(e);
        }
    }

    private Decision create(String object) {
        return ask("CREATE", object, null);
    }

    @Test
    void aGoodObjectPasses() {
        assertThat(create(ROUTE.formatted("reviews", "v1"))).isEqualTo(Decision.allow());
    }

    @Test
    void everyProblemIsNamedWithItsObject() {
        Decision decision =
                create(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: bad, namespace: shop}
                        spec: {hosts: [reviews], nonsense: 1, http: [{route: [{weight: many}]}]}
                        """);

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.message().lines())
                .startsWith("VirtualService shop/bad:")
                .contains("spec.nonsense: unknown field")
                .anyMatch(line -> line.startsWith("spec.http[0].route[0].weight: "));
    }

    @Test
    void whatIsLegalButDubiousIsAWarning() {
        Decision decision = create(ROUTE.formatted("nowhere", "v9"));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.warnings())
                .anyMatch(w -> w.contains("no Service is nowhere"))
                .anyMatch(w -> w.contains("no DestinationRule defines v9"));
    }

    @Test
    void whatBreaksByADeletionIsAWarning() {
        String rule =
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: reviews}
                spec: {host: reviews}
                """;
        Decision decision = ask("DELETE", null, rule);

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.warnings())
                .singleElement()
                .asString()
                .startsWith("VirtualService default/reviews: spec.http[0].route[0].destination")
                .contains("no DestinationRule defines v1");
    }

    @Test
    void aKindThatIsNotServedIsRefusedWhereTheMeshIs() {
        String filter =
                """
                apiVersion: networking.istio.io/v1alpha3
                kind: EnvoyFilter
                metadata: {name: x, namespace: %s}
                spec: {}
                """;
        for (String ours : List.of("shop", "istio-system")) {
            Decision decision = create(filter.formatted(ours));
            assertThat(decision.allowed()).as(ours).isFalse();
            assertThat(decision.message())
                    .isEqualTo(
                            "EnvoyFilter "
                                    + ours
                                    + "/x: kind EnvoyFilter not supported yet: use"
                                    + " VirtualService, DestinationRule, or fairlead.dev"
                                    + " RateLimit");
        }
        Decision elsewhere = create(filter.formatted("default"));
        assertThat(elsewhere.allowed()).isTrue();
        assertThat(elsewhere.warnings())
                .containsExactly(
                        "kind EnvoyFilter not supported yet: use VirtualService, DestinationRule, or"
                                + " fairlead.dev RateLimit");
    }

    @Test
    void whoWasLetInCanLeave() {
        String bad =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: old, labels: {%s}}
                spec: {hosts: [reviews], nonsense: 1}
                """;
        Decision labelled = ask("UPDATE", bad.formatted("a: b"), bad.formatted(""));
        assertThat(labelled.allowed()).isTrue();
        assertThat(labelled.warnings()).contains("spec.nonsense: unknown field");

        String leaving = bad.formatted("").replace("labels: {}", "deletionTimestamp: now");
        assertThat(ask("UPDATE", leaving, bad.formatted("")).allowed()).isTrue();
        assertThat(ask("DELETE", null, bad.formatted("")).allowed()).isTrue();
        assertThat(ask("UPDATE", bad.formatted("").replace("1", "2"), bad.formatted("")).allowed())
                .isFalse();
    }

    @Test
    void theMeshSettingsAreChecked() {
        String map =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: %s}
                data: {mesh: "compat: istio-9"}
                """;
        assertThat(create(map.formatted("mesh", "fairlead-system")).message())
                .isEqualTo(
                        "ConfigMap fairlead-system/mesh: "
                                + "data.mesh.compat: must be modern or istio-1.0");
        assertThat(create(map.formatted("mesh", "default")).allowed()).isTrue();
        assertThat(create(map.formatted("other", "fairlead-system")).allowed()).isTrue();
    }

    @Test
    void annotationsThatCannotBeUnderstoodAreWarnings() {
        String pod =
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  generateName: reviews-
                  annotations:
                    fairlead.dev/mesh: "true"
                    fairlead.dev/exclude-inbound-ports: "80,http"
                    traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.0/8,10.0.0.0/99
                """
                        .replace("generateName", "name");
        assertThat(create(pod))
                .isEqualTo(
                        Decision.allow(
                                List.of(
                                        "metadata.annotations[fairlead.dev/mesh]: \"true\":"
                                                + " enabled or disabled expected, left alone",
                                        "metadata.annotations[fairlead.dev/exclude-inbound-ports]:"
                                                + " \"http\" makes no sense here: ignored",
                                        "metadata.annotations["
                                                + "traffic.sidecar.istio.io/excludeOutboundIPRanges"
                                                + "]: \"10.0.0.0/99\" makes no sense here:"
                                                + " ignored")));
        assertThat(
                        create(
                                        """
                                        apiVersion: v1
                                        kind: Namespace
                                        metadata: {name: x, annotations: {fairlead.dev/mesh: Enabled}}
                                        """)
                                .warnings())
                .hasSize(1);
        assertThat(
                        create(
                                """
                                apiVersion: v1
                                kind: Namespace
                                metadata: {name: x, annotations: {fairlead.dev/mesh: enabled}}
                                """))
                .isEqualTo(Decision.allow());
    }

    @Test
    void warningsKeepWithinKubernetesBounds() {
        Decision decision = Decision.allow(java.util.Collections.nCopies(100, "x".repeat(300)));

        assertThat(decision.warnings()).hasSize(16).allMatch(w -> w.length() <= 256);
        assertThat(decision.warnings().getLast()).isEqualTo("and 85 more warnings");
    }
}
