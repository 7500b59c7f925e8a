package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of {@code docs/access.md}: whole, and true. */
class SecurityTableTest {

    private static final Map<String, String> KINDS =
            Map.of(
                    "AuthorizationPolicy", "authorizationpolicies.security.istio.io",
                    "PeerAuthentication", "peerauthentications.security.istio.io",
                    "RequestAuthentication", "requestauthentications.security.istio.io",
                    "ServiceRole", "serviceroles.rbac.istio.io",
                    "ServiceRoleBinding", "servicerolebindings.rbac.istio.io",
                    "RbacConfig", "rbacconfigs.rbac.istio.io");

    /** What must be there for a field to make sense; the longest prefix of its path counts. */
    private static final Map<String, String> AROUND =
            Map.ofEntries(
                    Map.entry("AuthorizationPolicy ", "{rules: [{}]}"),
                    Map.entry("PeerAuthentication ", "{}"),
                    Map.entry("RequestAuthentication ", "{}"),
                    Map.entry(
                            "RequestAuthentication targetRef.",
                            "{targetRef: {kind: Service, name: a}}"),
                    Map.entry(
                            "RequestAuthentication targetRefs[]",
                            "{targetRefs: [{kind: Service, name: a}]}"),
                    Map.entry(
                            "RequestAuthentication jwtRules[]",
                            "{jwtRules: [{issuer: 'https://a'}]}"),
                    Map.entry(
                            "RequestAuthentication jwtRules[].outputClaimToHeaders[]",
                            "{jwtRules: [{issuer: 'https://a', outputClaimToHeaders: [{header: a,"
                                    + " claim: b}]}]}"),
                    Map.entry(
                            "RequestAuthentication jwtRules[].fromHeaders[]",
                            "{jwtRules: [{issuer: 'https://a', fromHeaders: [{name: a}]}]}"),
                    Map.entry(
                            "PeerAuthentication portLevelMtls",
                            "{selector: {matchLabels: {app: a}}, portLevelMtls: {8080: {mode:"
                                    + " STRICT}}}"),
                    Map.entry(
                            "AuthorizationPolicy provider",
                            "{action: CUSTOM, provider: {name: a}, rules: [{}]}"),
                    Map.entry(
                            "AuthorizationPolicy targetRef.",
                            "{targetRef: {kind: Service, name: a}}"),
                    Map.entry(
                            "AuthorizationPolicy targetRefs[]",
                            "{targetRefs: [{kind: Service, name: a}]}"),
                    Map.entry(
                            "AuthorizationPolicy rules[].when[].",
                            "{rules: [{when: [{key: source.principal, values: [a]}]}]}"),
                    Map.entry("ServiceRole ", "{rules: [{services: [a]}]}"),
                    Map.entry(
                            "ServiceRole rules[].constraints[].",
                            "{rules: [{constraints: [{key: destination.name, values: [a]}]}]}"),
                    Map.entry(
                            "ServiceRoleBinding ",
                            "{subjects: [{user: a}], roleRef: {kind: ServiceRole, name: a}}"),
                    Map.entry("ServiceRoleBinding role", "{subjects: [{user: a}]}"),
                    Map.entry(
                            "ServiceRoleBinding roleRef.",
                            "{subjects: [{user: a}], roleRef: {kind: ServiceRole, name: a}}"),
                    Map.entry("ServiceRoleBinding actions", "{subjects: [{user: a}]}"),
                    Map.entry(
                            "ServiceRoleBinding actions[].constraints[].",
                            "{subjects: [{user: a}], actions: [{constraints: [{key:"
                                    + " destination.name, values: [a]}]}]}"),
                    Map.entry("RbacConfig ", "{}"));

    /** One row of one kind's table. */
    record Case(String kind, TrafficTableTest.Row row) {}

    static Stream<String> kinds() {
        return KINDS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noFieldIsMissingAndNoneIsInvented(String kind) throws IOException {
        Set<String> listed = new TreeSet<>();
        TrafficTableTest.rows("docs/access.md", kind).forEach(row -> listed.add(row.field()));
        assertThat(listed)
                .isEqualTo(TrafficTableTest.defined(Objects.requireNonNull(KINDS.get(kind))));
    }

    static Stream<Case> examples() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String kind : kinds().toList()) { // in order: whoever draws by a seed draws alike
            TrafficTableTest.rows("docs/access.md", kind)
                    .forEach(row -> cases.add(new Case(kind, row)));
        }
        return cases.stream();
    }

    private static String around(Case tried) {
        String path = tried.kind + " " + tried.row.field();
        String best = "";
        for (String prefix : AROUND.keySet()) {
            if (path.startsWith(prefix) && prefix.length() > best.length()) {
                best = prefix;
            }
        }
        return AROUND.getOrDefault(best, "{}");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTakenOrRefusedAsTheTableSays(Case tried) {
        TrafficTableTest.Row row = tried.row;
        ObjectNode object = object(tried);
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        var verdict = new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
        if (row.refused()) {
            assertThat(verdict)
                    .as(object.toString())
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused ->
                                    assertThat(refused.problems().toString())
                                            .contains(row.field().replace("[]", "[0]")));
        } else {
            assertThat(verdict).as(object.toString()).isInstanceOf(Verdict.Accepted.class);
        }
    }

    /** The object in which a row's example stands. */
    static ObjectNode object(Case tried) {
        boolean old = Objects.requireNonNull(KINDS.get(tried.kind)).endsWith(".rbac.istio.io");
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: %s\nkind: %s\nmetadata: {name: default}\nspec: %s"
                                        .formatted(
                                                old
                                                        ? "rbac.istio.io/v1alpha1"
                                                        : "security.istio.io/v1",
                                                tried.kind,
                                                around(tried)))
                        .getFirst();
        TrafficTableTest.put(
                object.withObjectProperty("spec"),
                tried.row.field().replace("portLevelMtls.", "portLevelMtls.8080."),
                Yaml.parse(tried.row.example()));
        return object;
    }
}
