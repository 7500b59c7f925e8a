package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom roles of {@code rbac.istio.io} let in, by what Istio 1.2 made of them. */
class RolesTest {

    private static final String FQDN = "reviews.default.svc.cluster.local";
    private static final String SLEEP = "cluster.local/ns/default/sa/sleep";

    private static String object(String kind, String name, String spec) {
        return """
        ---
        apiVersion: rbac.istio.io/v1alpha1
        kind: %s
        metadata: {name: %s}
        spec: %s
        """
                .formatted(kind, name, spec);
    }

    private static String on() {
        return object("RbacConfig", "default", "{mode: 'ON'}");
    }

    private static String role(String rule) {
        return object("ServiceRole", "viewer", "{rules: [" + rule + "]}");
    }

    private static String binding(String subject) {
        return object(
                "ServiceRoleBinding",
                "bind",
                "{subjects: [" + subject + "], roleRef: {kind: ServiceRole, name: viewer}}");
    }

    private static ClusterState state(String yaml) {
        return TestStates.of(TestCluster.reviewsAndSleep() + yaml);
    }

    private static List<RBAC> http(String yaml, String pod, int port) throws Exception {
        ClusterState state = state(yaml);
        var view = Objects.requireNonNull(MeshCompiler.compile(state).pods().get(pod));
        List<RBAC> filters = new java.util.ArrayList<>();
        for (HttpFilter filter : new Authorizations(state.mesh()).http(view.authorization(port))) {
            filters.add(filter.getTypedConfig().unpack(RBAC.class));
        }
        return filters;
    }

    private static boolean letsIn(String yaml, int port, Caller caller) throws Exception {
        for (RBAC filter : http(yaml, "uid-reviews-v1", port)) {
            if (filter.hasRules() && caller.fitting(filter.getRules()).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static Caller.Builder sleep() {
        return new Caller.Builder().principal(SLEEP).header("end-user", "jason");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "mode: 'OFF'                                                               | true",
                "mode: 'ON'                                                                | false",
                "mode: ON_WITH_INCLUSION                                                   | true",
                "mode: ON_WITH_INCLUSION, inclusion: {namespaces: [default]}               | false",
                "mode: ON_WITH_INCLUSION, inclusion: {namespaces: [other]}                 | true",
                "mode: ON_WITH_INCLUSION, inclusion: {services: [" + FQDN + "]}            | false",
                "mode: ON_WITH_INCLUSION, exclusion: {services: [" + FQDN + "]}            | true",
                "mode: ON_WITH_EXCLUSION, exclusion: {namespaces: [default]}               | true",
                "mode: ON_WITH_EXCLUSION, exclusion: {services: [other]}                   | false",
                "mode: 'ON', enforcement_mode: PERMISSIVE                                  | true",
            })
    void withoutRolesNobodyGetsInWhereItIsOn(String spec, boolean in) throws Exception {
        String config = object("ClusterRbacConfig", "default", "{" + spec + "}");
        assertThat(letsIn(config, 9080, sleep().build())).isEqualTo(in);
    }

    @Test
    void theClusterRbacConfigCountsBeforeAnyRbacConfig() throws Exception {
        String yaml = on() + object("ClusterRbacConfig", "default", "{mode: 'OFF'}");
        assertThat(letsIn(yaml, 9080, sleep().build())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{services: ['*']}                                                          | true",
                "{services: ['" + FQDN + "']}                                               | true",
                "{services: ['rev*']}                                                       | true",
                "{services: ['ratings*']}                                                   | false",
                "{services: ['*'], methods: [GET], paths: ['/reviews/*']}                   | true",
                "{services: ['*'], methods: [POST]}                                         | false",
                "{services: ['*'], methods: ['*']}                                          | true",
                "{services: ['*'], paths: ['*/1', /x]}                                      | true",
                "{services: ['*'], notPaths: ['/reviews*']}                                 | false",
                "{services: ['*'], not_methods: [GET]}                                      | false",
                "{hosts: [httpbin]}                                                         | true",
                "{notHosts: ['http*']}                                                      | false",
                "{ports: [9080, 9081]}                                                      | true",
                "{notPorts: [9080]}                                                         | false",
                "{services: ['*'], constraints: [{key: 'destination.labels[version]', values: [v1, v2]}]} | true",
                "{services: ['*'], constraints: [{key: 'destination.labels[version]', values: [v3]}]}     | false",
                "{services: ['*'], constraints: [{key: 'destination.labels[x]', values: ['*']}]}          | false",
                "{services: ['*'], constraints: [{key: destination.name, values: ['rev*']}]}              | true",
                "{services: ['*'], constraints: [{key: destination.namespace, values: [other]}]}          | false",
                "{services: ['*'], constraints: [{key: destination.user, values: [reviews]}]}             | true",
                "{services: ['*'], constraints: [{key: destination.port, values: ['9080']}]}              | true",
                "{services: ['*'], constraints: [{key: destination.ip, values: [10.0.0.0/8]}]}            | false",
                "{services: ['*'], constraints: [{key: 'request.headers[end-user]', values: [jason]}]}    | true",
                "{services: ['*'], constraints: [{key: 'request.headers[end-user]', values: [x*]}]}       | false",
            })
    void aRoleIsForWhatItsRuleNames(String rule, boolean in) throws Exception {
        Caller caller = sleep().path("/reviews/1").port(9080).build();
        String yaml = on() + role(rule) + binding("{user: '*'}");
        assertThat(letsIn(yaml, 9080, caller)).isEqualTo(in);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{user: '*'}                                                  | true  | true",
                "{user: allUsers}                                             | true  | true",
                "{names: [allAuthenticatedUsers]}                             | true  | false",
                "{user: " + SLEEP + "}                                        | true  | false",
                "{names: ['a', '*/sa/sleep']}                                 | true  | false",
                "{notNames: [" + SLEEP + "]}                                  | false | true",
                "{notNames: [allUsers]}                                       | false | false",
                "{namespaces: [default]}                                      | true  | false",
                "{notNamespaces: ['def*']}                                    | false | true",
                "{ips: [198.18.0.0/15]}                                       | true  | true",
                "{notIps: [198.18.1.11]}                                      | false | false",
                "{groups: [admins]}                                           | true  | false",
                "{group: users}                                               | false | false",
                "{properties: {source.namespace: default}}                    | true  | false",
                "{properties: {source.principal: '*'}}                        | true  | true",
                "{properties: {source.ip: 10.0.0.0/8}}                        | false | false",
                "{user: '*', properties: {'request.auth.claims[groups]': admins}} | true | false",
                "{user: '*', properties: {'request.headers[end-user]': jason}}    | true | true",
                "{properties: {request.auth.principal: iss/sub}}              | true  | false",
            })
    void aBindingIsForItsSubjects(String subject, boolean sleep, boolean anonymous)
            throws Exception {
        String yaml = on() + role("{services: ['*']}") + binding(subject);
        Caller one =
                sleep().claim(List.of("groups"), List.of("admins"))
                        .claim(List.of("iss"), "iss")
                        .claim(List.of("sub"), "sub")
                        .build();
        assertThat(letsIn(yaml, 9080, one)).isEqualTo(sleep);
        assertThat(letsIn(yaml, 9080, sleep().principal("").build())).isEqualTo(anonymous);
    }

    @Test
    void rolesOfTheRootNamespaceAndInlineOnes() throws Exception {
        String root =
                role("{methods: [GET]}")
                        .replace("name: viewer", "name: viewer, namespace: istio-system");
        String bind =
                object("ServiceRoleBinding", "bind", "{subjects: [{user: '*'}], role: /viewer}");
        assertThat(letsIn(on() + bind, 9080, sleep().build())).isFalse();
        assertThat(letsIn(on() + root + bind, 9080, sleep().build())).isTrue();
        String inline =
                object(
                        "ServiceRoleBinding",
                        "bind",
                        "{subjects: [{user: '*'}], actions: [{methods: [GET]}]}");
        assertThat(letsIn(on() + inline, 9080, sleep().build())).isTrue();
        assertThat(letsIn(on() + inline, 9080, sleep().header(":method", "PUT").build())).isFalse();
    }

    @Test
    void whatIsPermissiveIsOnlyNoted() throws Exception {
        String yaml =
                on()
                        + role("{services: ['*']}")
                        + binding("{user: '*'}").replace("roleRef", "mode: PERMISSIVE, roleRef");
        assertThat(letsIn(yaml, 9080, sleep().build())).isFalse();
        RBAC filter = http(yaml, "uid-reviews-v1", 9080).getFirst();
        assertThat(sleep().build().fitting(filter.getShadowRules())).hasSize(1);
        String wide = yaml.replace("'ON'", "'ON', enforcementMode: PERMISSIVE");
        RBAC shadow = http(wide, "uid-reviews-v1", 9080).getFirst();
        assertThat(shadow.hasRules()).isFalse();
        assertThat(sleep().build().fitting(shadow.getShadowRules())).hasSize(1);
    }

    @Test
    void connectionsHaveTheRestOfARole() throws Exception {
        String yaml =
                on()
                        + role(
                                "{services: ['*'], methods: [GET]}, {services: ['*'], ports: [9080]}")
                        + binding("{user: '*'}");
        ClusterState state = state(yaml);
        var view = Objects.requireNonNull(MeshCompiler.compile(state).pods().get("uid-reviews-v1"));
        Filter filter = new Authorizations(state.mesh()).tcp(view.authorization(9080)).getFirst();
        var rules =
                filter.getTypedConfig()
                        .unpack(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class)
                        .getRules();
        assertThat(sleep().port(9080).build().fitting(rules)).hasSize(1);
        assertThat(sleep().port(9081).build().fitting(rules)).isEmpty();
    }

    @Test
    void bothKindsMustLetIn() throws Exception {
        String yaml =
                on()
                        + role("{services: ['*']}")
                        + binding("{user: '*'}")
                        + """
                        ---
                        apiVersion: security.istio.io/v1
                        kind: AuthorizationPolicy
                        metadata: {name: a}
                        spec: {rules: [{to: [{operation: {methods: [GET]}}]}]}
                        """;
        assertThat(letsIn(yaml, 9080, sleep().build())).isTrue();
        assertThat(letsIn(yaml, 9080, sleep().header(":method", "PUT").build())).isFalse();
    }
}
