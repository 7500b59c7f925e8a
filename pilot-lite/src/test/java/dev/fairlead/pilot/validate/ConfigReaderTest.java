package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.TlsSettings;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigReaderTest {

    private static final String REVIEWS = "reviews.default.svc.cluster.local";
    private static final MeshSettings OLD =
            new MeshSettings(Compat.ISTIO_1_0, "cluster.local", "istio-system", Egress.NOT_FOUND);

    private static Verdict<ConfigObject> read(MeshSettings mesh, JsonNode object) {
        ObjectKey key = ObjectKey.of(object);
        var meta = new Meta(key, "uid", Instant.EPOCH, 1, "1");
        return new ConfigReader(mesh).read(meta, object);
    }

    private static JsonNode object(String version, String kind, String spec) {
        return Yaml.documents(
                        "apiVersion: %s\nkind: %s\nmetadata: {name: default}\nspec: %s\n"
                                .formatted(version, kind, spec))
                .getFirst();
    }

    private static JsonNode virtualService(String spec) {
        return object("networking.istio.io/v1", "VirtualService", spec);
    }

    private static JsonNode destinationRule(String spec) {
        return object("networking.istio.io/v1", "DestinationRule", spec);
    }

    private static List<String> problems(JsonNode object) {
        return problems(MeshSettings.DEFAULT, object);
    }

    private static List<String> problems(MeshSettings mesh, JsonNode object) {
        return switch (read(mesh, object)) {
            case Verdict.Accepted<ConfigObject> _ -> List.of();
            case Verdict.Refused<ConfigObject>(List<Problem> problems) ->
                    problems.stream().map(Problem::toString).toList();
        };
    }

    private static <T> T accepted(Class<T> type, JsonNode object) {
        if (read(MeshSettings.DEFAULT, object)
                instanceof Verdict.Accepted<ConfigObject>(ConfigObject value)) {
            return type.cast(value);
        }
        throw new AssertionError("refused: " + problems(object));
    }

    static Stream<Arguments> refusedVirtualServices() {
        String to = "route: [{destination: {host: reviews}}]";
        return Stream.of(
                arguments(
                        "{hosts: [''], http: [{%s}]}".formatted(to),
                        "spec.hosts[0]: host is empty"),
                arguments(
                        "{hosts: [a, a], http: [{%s}]}".formatted(to),
                        "spec.hosts[1]: duplicate host a"),
                arguments(
                        "{hosts: ['a b'], http: [{%s}]}".formatted(to),
                        "spec.hosts[0]: \"a b\" is not a host name"),
                arguments("{hosts: [a]}", "spec: http, tls or tcp routes are needed"),
                arguments(
                        "{hosts: [a], http: [{fualt: {}, %s}]}".formatted(to),
                        "spec.http[0].fualt: unknown field"),
                arguments(
                        "{hosts: [a], http: [{timeout: 0s, %s}]}".formatted(to),
                        "spec.http[0].timeout: \"0s\" is not a duration of at least 1ms, at most a"
                                + " year"),
                arguments(
                        "{hosts: [a], http: [{websocketUpgrade: 'yes', %s}]}".formatted(to),
                        "spec.http[0].websocketUpgrade: must be true or false"),
                arguments(
                        "{hosts: [a], http: [{match: [{method: {exact: CONNECT}, uri: {exact: /a}}],"
                                + " %s}]}".formatted(to),
                        "spec.http[0].match[0].uri: cannot stand beside method CONNECT, whose"
                                + " requests have none"),
                arguments(
                        "{hosts: [a], http: [{match: [{method: {exact: CONNECT}, scheme: {exact:"
                                + " http}}], %s}]}".formatted(to),
                        "spec.http[0].match[0].scheme: cannot stand beside method CONNECT, whose"
                                + " requests have none"),
                arguments(
                        "{hosts: [a], gateways: [bookinfo-gateway], http: [{%s}]}".formatted(to),
                        "spec.gateways[0]: bookinfo-gateway: not supported yet"),
                arguments(
                        "{hosts: [a], exportTo: ['.', '*'], http: [{%s}]}".formatted(to),
                        "spec.exportTo[1]: * leaves no room for other entries"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: {regex: '(a'}}], %s}]}".formatted(to),
                        "spec.http[0].match[0].uri.regex: not an RE2 expression: missing closing )"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: {regex: '((a{999}){999}){999}'}}], %s}]}"
                                .formatted(to),
                        "spec.http[0].match[0].uri.regex: more than 10000 steps when expanded"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: {regex: '(?=a)'}}], %s}]}"
                                .formatted(to),
                        "spec.http[0].match[0].uri.regex: not an RE2 expression: invalid or"
                                + " unsupported Perl syntax"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: {exact: /a, prefix: /b}}], %s}]}"
                                .formatted(to),
                        "spec.http[0].match[0].uri: only one of exact, prefix, regex can be given"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: {}}], %s}]}".formatted(to),
                        "spec.http[0].match[0].uri: one of exact, prefix, regex is needed"),
                arguments(
                        "{hosts: [a], http: [{match: [{uri: /a}], %s}]}".formatted(to),
                        "spec.http[0].match[0].uri: must be an object"),
                arguments(
                        "{hosts: [a], http: [{match: [{port: 70000}], %s}]}".formatted(to),
                        "spec.http[0].match[0].port: must be a whole number from 1 to 65535"),
                arguments(
                        "{hosts: [a], http: [{}]}",
                        "spec.http[0]: a route with at least one destination is needed"),
                arguments(
                        "{hosts: [a], http: [{route: []}]}",
                        "spec.http[0].route: at least one destination is needed"),
                arguments(
                        "{hosts: [a], http: [{route: [{weight: 1}]}]}",
                        "spec.http[0].route[0].destination: is needed"),
                arguments(
                        "{hosts: [a], http: [{route: [{destination: {host: ''}}]}]}",
                        "spec.http[0].route[0].destination.host: host is empty"),
                arguments(
                        "{hosts: [a], http: [{route: [{destination: {host: '*'}}]}]}",
                        "spec.http[0].route[0].destination.host: wildcard * is not allowed here"),
                arguments(
                        "{hosts: [a], http: [{route: [{destination: {host: a}, weight: -1}]}]}",
                        "spec.http[0].route[0].weight: must be a whole number from 0 to 21474836"),
                arguments(
                        "{hosts: [a], http: [{route: [{destination: {host: a}}, {destination: {host:"
                                + " b}}]}]}",
                        "spec.http[0].route: all weights are 0"),
                arguments(
                        "{hosts: [a], http: [{route: [{destination: {host: a, port: {name: x}}}]}]}",
                        "spec.http[0].route[0].destination.port.name: a port is given by its number"),
                arguments(
                        "{hosts: [a], tcp: [{match: [{destinationSubnets: [a]}], %s}]}"
                                .formatted(to),
                        "spec.tcp[0].match[0].destinationSubnets[0]: \"a\" is no address range"),
                arguments(
                        "{hosts: [a], tls: [{%s}]}".formatted(to),
                        "spec.tls[0].match: at least one match is needed"),
                arguments(
                        "{hosts: [a], tls: [{match: [{port: 1}], %s}]}".formatted(to),
                        "spec.tls[0].match[0].sniHosts: at least one host is needed"),
                arguments(
                        "{hosts: [a.b], tls: [{match: [{sniHosts: ['*.b']}], %s}]}".formatted(to),
                        "spec.tls[0].match[0].sniHosts[0]: *.b is within none of the hosts [a.b]"));
    }

    @ParameterizedTest
    @MethodSource("refusedVirtualServices")
    void virtualServiceIsRefused(String spec, String problem) {
        assertThat(problems(virtualService(spec))).containsExactly(problem);
    }

    private static String locality(String setting) {
        return "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {" + setting + "}}}}";
    }

    private static Arguments tls(String fields, String refusal) {
        return arguments(
                "{host: a, trafficPolicy: {tls: {" + fields + "}}}",
                "spec.trafficPolicy.tls." + refusal);
    }

    static Stream<Arguments> refusedDestinationRules() {
        return Stream.of(
                arguments("{}", "spec.host: host is empty"),
                arguments(
                        "{host: a, subsets: [{name: v1}, {name: v1}]}",
                        "spec.subsets[1].name: duplicate v1"),
                arguments("{host: a, subsets: [{}]}", "spec.subsets[0].name: is empty"),
                arguments(
                        "{host: a, subsets: [{name: 'v|1'}]}",
                        "spec.subsets[0].name: \"v|1\" is not a subset name"),
                tls(
                        "mode: MUTUAL, privateKey: /k",
                        "clientCertificate: is needed for MUTUAL, or credentialName"),
                tls(
                        "mode: MUTUAL, clientCertificate: /c",
                        "privateKey: is needed for MUTUAL, or credentialName"),
                tls("mode: SIMPLE, clientCertificate: /c", "clientCertificate: is for MUTUAL only"),
                tls(
                        "mode: ISTIO_MUTUAL, caCertificates: /c",
                        "caCertificates: is for SIMPLE and MUTUAL only"),
                tls("mode: DISABLE, sni: a", "sni: is not for DISABLE"),
                tls(
                        "mode: ISTIO_MUTUAL, subjectAltNames: [a.example.com]",
                        "subjectAltNames: of ISTIO_MUTUAL: \"a.example.com\" is not"
                                + " spiffe://<trust domain>/ns/<namespace>/sa/<account>"),
                tls(
                        "mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a]",
                        "subjectAltNames: cannot stand beside insecureSkipVerify"),
                tls("mode: SIMPLE, subjectAltNames: ['']", "subjectAltNames: entry 0 is empty"),
                tls("mode: SIMPLE, sni: 'a b'", "sni: is not a host name"),
                tls(
                        "mode: SIMPLE, caCertificates: ca.pem",
                        "caCertificates: \"ca.pem\" is not an absolute path"),
                tls(
                        "mode: SIMPLE, caCertificates: /../other/ca.pem",
                        "caCertificates: \"/../other/ca.pem\" is not an absolute path"),
                tls(
                        "mode: SIMPLE, caCertificates: /a~b",
                        "caCertificates: \"/a~b\" is not an absolute path"),
                tls(
                        "mode: SIMPLE, credentialName: ../a",
                        "credentialName: \"../a\" is not a Secret's name"),
                tls(
                        "mode: SIMPLE, credentialName: a, caCertificates: /ca.pem",
                        "caCertificates: cannot stand beside credentialName"),
                tls(
                        "mode: SIMPLE, credentialName: a, insecureSkipVerify: true",
                        "credentialName: cannot stand beside insecureSkipVerify"),
                tls(
                        "mode: ISTIO_MUTUAL, credentialName: a",
                        "credentialName: is for SIMPLE and MUTUAL only"),
                tls("mode: SIMPLE, caCrl: a", "caCrl: \"a\" is not an absolute path"),
                tls("mode: ISTIO_MUTUAL, caCrl: /a", "caCrl: is for SIMPLE and MUTUAL only"),
                tls("mode: DISABLE, caCrl: /a", "caCrl: is not for DISABLE"),
                tls(
                        "mode: SIMPLE, credentialName: a, caCrl: /a",
                        "caCrl: cannot stand beside credentialName"),
                tls(
                        "mode: SIMPLE, insecureSkipVerify: true, caCrl: /a",
                        "caCrl: cannot stand beside insecureSkipVerify"),
                tls(
                        "mode: MUTUAL, credentialName: a-cacert",
                        "credentialName: has no certificate for MUTUAL: is for SIMPLE"),
                arguments(
                        "{host: a, trafficPolicy: {tls: {mode: WRONG}}}",
                        "spec.trafficPolicy.tls.mode: unknown value WRONG"),
                arguments(
                        "{host: a, traffic_policy: {connection_pool: {}}}",
                        "spec.traffic_policy.connection_pool: says nothing: tcp or http is needed"),
                arguments(
                        "{host: a, traffic_policy: {connection_pool: {tcp: {max_connections: -1}}}}",
                        "spec.traffic_policy.connection_pool.tcp.max_connections: must be a whole"
                                + " number from 0 to 2147483647"),
                arguments(
                        "{host: a, trafficPolicy: {connectionPool: {http: {idleTimeout: 0s}}}}",
                        "spec.trafficPolicy.connectionPool.http.idleTimeout: \"0s\" is not a"
                                + " duration of at least 1ms, at most a year"),
                arguments(
                        "{host: a, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: NEVER}}}}",
                        "spec.trafficPolicy.connectionPool.http.h2UpgradePolicy: unknown value NEVER"),
                arguments(
                        "{host: a, trafficPolicy: {connectionPool: {http: {maxConcurrentStreams:"
                                + " -1}}}}",
                        "spec.trafficPolicy.connectionPool.http.maxConcurrentStreams: must be a"
                                + " whole number from 0 to 2147483647"),
                arguments(
                        "{host: a, subsets: [{name: v1, trafficPolicy: {connectionPool: {http:"
                                + " {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}}}]}",
                        "spec.subsets[0].trafficPolicy.connectionPool.http.useClientProtocol: cannot"
                                + " stand beside h2UpgradePolicy UPGRADE"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, warmup: {duration:"
                                + " 1s}}}}",
                        "spec.trafficPolicy.loadBalancer.warmup: is for ROUND_ROBIN and"
                                + " LEAST_REQUEST only"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {}}}}",
                        "spec.trafficPolicy.loadBalancer.consistentHash: one of httpHeaderName,"
                                + " httpCookie, useSourceIp, httpQueryParameterName is needed"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash:"
                                + " {useSourceIp: true}}}}",
                        "spec.trafficPolicy.loadBalancer.simple: cannot stand beside consistentHash"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true,"
                                + " maglev: {tableSize: 4}}}}}",
                        "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: 4 is not a"
                                + " prime"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {ttl:"
                                + " 0s}}}}}",
                        "spec.trafficPolicy.loadBalancer.consistentHash.httpCookie.name: is needed"),
                arguments(
                        "{host: a, subsets: [{name: v1, trafficPolicy: {outlierDetection:"
                                + " {consecutiveLocalOriginFailures: 1}}}]}",
                        "spec.subsets[0].trafficPolicy.outlierDetection.consecutiveLocalOriginFailures:"
                                + " needs splitExternalLocalOriginErrors"),
                arguments(
                        locality("distribute: [{from: a, to: {b: 60, c: 30}}]"),
                        "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: the"
                                + " percents do not make 100"),
                arguments(
                        locality("distribute: [{from: a, to: {b/*: 60, b/c: 40}}]"),
                        "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to: \"b/c\""
                                + " overlaps with one before it"),
                arguments(
                        locality("failover: [{from: a, to: a}]"),
                        "spec.trafficPolicy.loadBalancer.localityLbSetting.failover[0].to: is where"
                                + " it comes from"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting:"
                                + " {failoverPriority: [topology.kubernetes.io/zone]}}}}",
                        "spec.trafficPolicy.loadBalancer.zoneAwareLbSetting.failoverPriority[0]:"
                                + " regions and zones are looked at anyway"),
                arguments(
                        "{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {},"
                                + " localityLbSetting: {}}}}",
                        "spec.trafficPolicy.loadBalancer.zoneAwareLbSetting: cannot stand beside"
                                + " localityLbSetting"),
                arguments(
                        "{host: a, trafficPolicy: {tunnel: {targetHost: 'a b', targetPort: 80}}}",
                        "spec.trafficPolicy.tunnel.targetHost: \"a b\" is neither a name nor an"
                                + " address"),
                arguments(
                        "{host: a, trafficPolicy: {tunnel: {targetHost: a}}}",
                        "spec.trafficPolicy.tunnel.targetPort: is needed"),
                arguments(
                        locality("failoverPriority: ['']"),
                        "spec.trafficPolicy.loadBalancer.localityLbSetting.failoverPriority[0]: is"
                                + " empty"),
                arguments(
                        "{host: a, exportTo: ['*'], workloadSelector: {matchLabels: {app: a}}}",
                        "spec.exportTo: beside workloadSelector only . is possible"),
                arguments(
                        "{host: a, workloadSelector: {matchLabels: {app: 'a*'}}}",
                        "spec.workloadSelector.matchLabels.app: wildcards are not allowed"),
                arguments(
                        "{host: a, trafficPolicy: {outlierDetection:"
                                + " {outlierDetectionHttpErrorCodes: [429, 600]}}}",
                        "spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[1]: must"
                                + " be a whole number from 100 to 599"),
                arguments(
                        "{host: a, trafficPolicy: {portLevelSettings: [{tls: {mode: DISABLE}}]}}",
                        "spec.trafficPolicy.portLevelSettings[0].port: is needed"),
                arguments(
                        "{host: a, exportTo: ['~']}",
                        "spec.exportTo[0]: \"~\" is not a namespace, . or *"),
                arguments("{host: a, subset: []}", "spec.subset: unknown field"));
    }

    @ParameterizedTest
    @MethodSource("refusedDestinationRules")
    void destinationRuleIsRefused(String spec, String problem) {
        assertThat(problems(destinationRule(spec))).containsExactly(problem);
    }

    static Stream<Arguments> refusedKinds() {
        return Stream.of(
                arguments(
                        "networking.istio.io/v1alpha3",
                        "Gateway",
                        "kind Gateway not supported yet"),
                arguments(
                        "networking.istio.io/v1",
                        "ServiceEntry",
                        "spec.hosts: at least one host is needed"),
                arguments(
                        "config.istio.io/v1alpha2",
                        "redisquota",
                        "kind redisquota not supported yet"),
                arguments(
                        "networking.istio.io/v1alpha3",
                        "EnvoyFilter",
                        "kind EnvoyFilter not supported yet: use VirtualService, DestinationRule, or"
                                + " fairlead.dev RateLimit"),
                arguments(
                        "extensions.istio.io/v1alpha1",
                        "WasmPlugin",
                        "kind WasmPlugin not supported yet: agents run no code of others: use"
                                + " VirtualService or fairlead.dev RateLimit"),
                arguments(
                        "gateway.networking.k8s.io/v1",
                        "HTTPRoute",
                        "kind HTTPRoute not supported yet"));
    }

    @ParameterizedTest
    @MethodSource("refusedKinds")
    void kindIsRefused(String version, String kind, String problem) {
        assertThat(ConfigReader.owns(version.replaceFirst("/.*", ""), kind)).isTrue();
        assertThat(problems(object(version, kind, "{}"))).containsExactly(problem);
    }

    static Stream<Arguments> refusedPeerPolicies() {
        return Stream.of(
                arguments(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "{mtls: {mode: HARD}}",
                        "spec.mtls.mode: unknown value HARD"),
                arguments(
                        "authentication.istio.io/v1alpha1",
                        "Policy",
                        "{targets: [{name: a}], peers: [{mtls: {}}]}",
                        "spec: a policy with targets must not be named default"),
                arguments(
                        "authentication.istio.io/v1alpha1",
                        "MeshPolicy",
                        "{targets: [{name: a}], peers: [{mtls: {}}]}",
                        "spec.targets: a MeshPolicy is for all"),
                arguments(
                        "authentication.istio.io/v1alpha1",
                        "Policy",
                        "{peers: [{mtls: {allowTls: true}}]}",
                        "spec.peers[0].mtls.allowTls: not supported yet"),
                arguments(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "{portLevelMtls: {80: {mode: STRICT}}}",
                        "spec.portLevelMtls: needs a selector"),
                arguments(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "{selector: {matchLabels: {a: b}}, portLevelMtls: {http: {mode: STRICT}}}",
                        "spec.portLevelMtls.http: is not a port"),
                arguments(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "{selector: {matchLabels: {a: '*'}}}",
                        "spec.selector.matchLabels.a: wildcards are not allowed"),
                arguments(
                        "authentication.istio.io/v1alpha1",
                        "Policy",
                        "{origins: [{jwt: {}}]}",
                        "spec.origins[0].jwt.issuer: is needed"),
                arguments(
                        "authentication.istio.io/v1alpha1",
                        "MeshPolicy",
                        "{peers: [{jwt: {}}]}",
                        "spec.peers[0].jwt: not supported yet"));
    }

    @ParameterizedTest
    @MethodSource("refusedPeerPolicies")
    void peerPolicyIsRefused(String version, String kind, String spec, String problem) {
        assertThat(problems(object(version, kind, spec))).containsExactly(problem);
    }

    @Test
    void allProblemsAreFoundAtOnce() {
        assertThat(
                        problems(
                                virtualService(
                                        "{hosts: [''], http: [{route: [{destination: {hots: a}}]}]}")))
                .containsExactly(
                        "spec.hosts[0]: host is empty",
                        "spec.http[0].route[0].destination.host: host is empty",
                        "spec.http[0].route[0].destination.hots: unknown field");
    }

    @Test
    void anOldVersionOfTheKindIsRefusedByItsVersion() {
        assertThat(problems(object("networking.istio.io/v1alpha1", "DestinationRule", "{host: a}")))
                .containsExactly("apiVersion: networking.istio.io/v1alpha1 not supported yet");
    }

    @Test
    void weightsMustAddUpTo100WhereTheMeshIsOld() {
        JsonNode object =
                virtualService(
                        "{hosts: [a], http: [{route: [{destination: {host: a}, weight: 50},"
                                + " {destination: {host: b}, weight: 30}]}]}");
        assertThat(problems(object)).isEmpty();
        assertThat(problems(OLD, object))
                .containsExactly("spec.http[0].route: weights add up to 80, not to 100");
    }

    @Test
    void camelCaseAndSnakeCaseAreTheSame() {
        String camel =
                "{hosts: [a], http: [{match: [{sourceLabels: {x: y}, ignoreUriCase: true}], route:"
                        + " [{destination: {host: a}}]}]}";
        String snake =
                camel.replace("sourceLabels", "source_labels")
                        .replace("ignoreUriCase", "ignore_uri_case");
        var match =
                accepted(VirtualService.class, virtualService(snake))
                        .http()
                        .getFirst()
                        .matches()
                        .getFirst();
        assertThat(match.sourceLabels()).isEqualTo(Map.of("x", "y"));
        assertThat(match.ignoreUriCase()).isTrue();
        assertThat(accepted(VirtualService.class, virtualService(camel)))
                .isEqualTo(accepted(VirtualService.class, virtualService(snake)));
        assertThat(
                        problems(
                                virtualService(
                                        camel.replace(
                                                "ignoreUriCase: true",
                                                "ignoreUriCase: true, ignore_uri_case: true"))))
                .containsExactly(
                        "spec.http[0].match[0].ignoreUriCase: given twice, as ignore_uri_case too");
    }

    @Test
    void aRouteHasItsTimeoutElseNone() {
        String routes =
                "{hosts: [a], http: [{timeout: 1.5s, websocketUpgrade: true, match: [{method:"
                        + " {exact: CONNECT}, headers: {x: {}}}], route: [{destination: {host:"
                        + " a}}]}, {route: [{destination: {host: a}}]}]}";
        var rule = accepted(VirtualService.class, virtualService(routes));
        assertThat(rule.http())
                .extracting(route -> route.policy().timeout())
                .containsExactly(Duration.ofMillis(1500), null);
        assertThat(rule.http().getFirst().matches().getFirst().connect()).isTrue();
        assertThat(rule.connects()).isTrue();
    }

    @Test
    void namesAreQualifiedByTheObjectsNamespace() {
        var rule =
                accepted(
                        VirtualService.class,
                        virtualService(
                                """
                                {hosts: [reviews, www.example.com], gateways: [mesh], http: [{
                                  match: [{headers: {End-User: {exact: jason}, x: {}}}],
                                  route: [{destination: {host: reviews, subset: v2, port: {number: 1}}}]}]}
                                """));
        assertThat(rule.hosts()).containsExactly(REVIEWS, "www.example.com");
        assertThat(rule.http().getFirst().destinations())
                .extracting(HttpRoute.Destination::target)
                .containsExactly(new Target(REVIEWS, "v2", 1, 0));
        HttpMatch match = rule.http().getFirst().matches().getFirst();
        assertThat(match.headers())
                .isEqualTo(
                        Map.of(
                                "end-user",
                                new StringMatch.Exact("jason"),
                                "x",
                                new StringMatch.Present()));
    }

    @Test
    void portSettingsReplaceAndSubsetSettingsPrevail() {
        var rule =
                accepted(
                        DestinationRule.class,
                        destinationRule(
                                """
                                {host: '*.local',
                                 trafficPolicy: {
                                   tls: {mode: ISTIO_MUTUAL}, loadBalancer: {simple: LEAST_CONN},
                                   portLevelSettings: [{port: {number: 9}, tls: {mode: DISABLE}}]},
                                 subsets: [{name: v1, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]}
                                """));
        assertThat(rule.host()).isEqualTo("*.local");
        var subset = rule.subsets().getFirst().policy();
        var at8 = rule.policy().at(8, subset);
        assertThat(at8.tls()).isEqualTo(TlsSettings.of(TlsSettings.Mode.ISTIO_MUTUAL));
        assertThat(at8.balancing()).isEqualTo(LoadBalancing.RANDOM);
        var at9 = rule.policy().at(9, DestinationRule.TrafficPolicy.NONE);
        assertThat(at9.tls()).isEqualTo(TlsSettings.of(TlsSettings.Mode.DISABLE));
        assertThat(at9.balancing()).isNull();
    }

    static Stream<Arguments> peerPolicies() {
        return Stream.of(
                arguments("MeshPolicy", "{peers: [{mtls: {}}]}", "", Mode.STRICT),
                arguments("MeshPolicy", "{peers: [{mtls: }]}", "", Mode.STRICT),
                arguments(
                        "MeshPolicy", "{peers: [{mtls: {mode: PERMISSIVE}}]}", "", Mode.PERMISSIVE),
                arguments("Policy", "{peers: [{mtls: {mode: STRICT}}]}", "default", Mode.STRICT),
                arguments(
                        "Policy",
                        "{peers: [{mtls: {}}], peerIsOptional: true}",
                        "default",
                        Mode.PERMISSIVE),
                arguments("Policy", "{}", "default", Mode.DISABLE));
    }

    @ParameterizedTest
    @MethodSource("peerPolicies")
    void oldPeerPolicy(String kind, String spec, String scope, Mode mode) {
        var policy =
                accepted(PeerPolicy.class, object("authentication.istio.io/v1alpha1", kind, spec));
        assertThat(policy.namespace()).isEqualTo(scope);
        assertThat(policy.mode()).isEqualTo(mode);
    }

    @Test
    void aPeerAuthenticationOfTheRootNamespaceIsTheMeshs() {
        JsonNode object =
                Yaml.documents(
                                """
                                apiVersion: security.istio.io/v1
                                kind: PeerAuthentication
                                metadata: {name: default, namespace: istio-system}
                                spec: {mtls: {mode: STRICT}}
                                """)
                        .getFirst();
        assertThat(accepted(PeerPolicy.class, object).namespace()).isEmpty();
    }
}
