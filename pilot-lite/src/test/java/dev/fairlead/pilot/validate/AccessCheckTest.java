package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users should know of policies that are in force. */
class AccessCheckTest {

    private static String found(String yaml) {
        return CrossCheck.warnings(
                        TestStates.of(
                                TestCluster.reviewsAndSleep()
                                        + TestCluster.service("plain", "tcp-plain", 9000)
                                        + TestCluster.pod("plain", "v1", "node-1", "198.18.1.50")
                                        + yaml))
                .values()
                .toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{rules: [{}]} | []",
                "{targetRefs: [{kind: Service, name: reviews}]} | []",
                "{targetRefs: [{kind: Service, name: other}]} | [[spec.targetRefs: no Service of this namespace is other]]",
                "{action: CUSTOM, provider: {name: a}, rules: [{}]} | [[spec.provider.name: the mesh has no provider a: what fits a rule is refused]]",
                "{action: DENY, rules: [{to: [{operation: {ports: ['80']}}]}]} | []",
                "{action: DENY, rules: [{to: [{operation: {methods: [PUT], ports: ['80']}}]}]} | []",
                "{action: DENY, rules: [{from: [{source: {namespaces: [a]}}], to: [{operation: {methods: [PUT]}}]}]} | []",
                "{action: DENY, selector: {matchLabels: {app: reviews}}, rules: [{to: [{operation: {methods: [PUT]}}]}]} | []",
                "{action: DENY, rules: [{}, {to: [{operation: {methods: [PUT]}}]}]} | [[spec.rules[1]: refuses every connection to plain.default.svc.cluster.local:9000, which is not HTTP: name the ports that are meant]]",
            })
    void ofPolicies(String spec, String warnings) {
        assertThat(
                        found(
                                "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
                                        + "metadata: {name: a}\nspec: "
                                        + spec
                                        + "\n"))
                .isEqualTo(warnings);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "viewer | []",
                "other | [[spec.roleRef: no ServiceRole is other]]",
            })
    void ofRoles(String role, String warnings) {
        assertThat(
                        found(
                                """
                                ---
                                apiVersion: rbac.istio.io/v1alpha1
                                kind: ServiceRole
                                metadata: {name: viewer}
                                spec: {rules: [{services: ["*"]}]}
                                ---
                                apiVersion: rbac.istio.io/v1alpha1
                                kind: ServiceRoleBinding
                                metadata: {name: a}
                                spec: {subjects: [{user: "*"}], roleRef: {kind: ServiceRole, name: %s}}
                                """
                                        .formatted(role)))
                .isEqualTo(warnings);
    }
}
