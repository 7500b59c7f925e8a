package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.testing.Yaml;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Envoy's API has for an HTTP route of Istio's. The facts are those that Istio's own
 * translation is tested by (route_test.go, routing.go of its integration tests); where compat makes
 * a difference, it is named.
 */
class RouteTranslationTest {

    private static final String REVIEWS = "reviews.default.svc.cluster.local";
    private static final String TABLE = "outbound|9080|default";
    private static final String OLD =
            """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data: {mesh: "compat: istio-1.0"}
            """;

    /** What a route is that says nothing but where to. */
    private static final String PLAIN =
            """
            match: {prefix: /}
            route:
              cluster: outbound|9080||reviews.default.svc.cluster.local
              timeout: 0s
              max_stream_duration: {grpc_timeout_header_max: 0s}
              retry_policy: %s
            """
                    .formatted(
                            retries(
                                    "connect-failure,refused-stream,unavailable,cancelled,"
                                            + "retriable-status-codes",
                                    2));

    private static String retries(String on, int times) {
        return "{retry_on: '"
                + on
                + "', num_retries: "
                + times
                + ", host_selection_retry_max_attempts: 5, retry_host_predicate: [{name:"
                + " envoy.retry_host_predicates.previous_hosts, typed_config: {'@type':"
                + " type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}}]}";
    }

    private static final String TO = "route: [{destination: {host: reviews}}]";

    static Stream<Arguments> routes() {
        return Stream.of(
                arguments(TO, "{}"),
                // matches
                arguments(
                        "match: [{uri: {exact: /a}, ignoreUriCase: true}], " + TO,
                        "match: {prefix: null, path: /a, case_sensitive: false}"),
                arguments(
                        "match: [{uri: {prefix: ''}, statPrefix: st}], " + TO,
                        "{match: {prefix: ''}, stat_prefix: st}"),
                arguments(
                        "match: [{headers: {b: {regex: b+}, a: {}, ':path': {prefix: /x}}}], " + TO,
                        "match: {headers: [{name: ':path', string_match: {prefix: /x}}, {name: a,"
                                + " present_match: true}, {name: b, string_match: {safe_regex: {regex:"
                                + " b+}}}]}"),
                arguments(
                        "match: [{withoutHeaders: {b: {regex: b+}, a: {}, c: {regex: '*'}}}], "
                                + TO,
                        "match: {headers: [{name: a, present_match: true, invert_match: true}, {name:"
                                + " b, string_match: {safe_regex: {regex: b+}}, invert_match: true,"
                                + " treat_missing_header_as_empty: true}, {name: c, present_match: true,"
                                + " invert_match: true}]}"),
                arguments(
                        "match: [{queryParams: {d: {prefix: p}, c: {regex: .*}, b: {exact: ''}, a:"
                                + " {}}}], "
                                + TO,
                        "match: {query_parameters: [{name: a, present_match: true}, {name: b,"
                                + " string_match: {exact: ''}}, {name: c, string_match: {safe_regex:"
                                + " {regex: .*}}}, {name: d, string_match: {prefix: p}}]}"),
                // headers: set, then add; removals as they come; those of a lone destination last
                arguments(
                        "headers: {request: {set: {x-b: '1', x-a: '2', ':authority': r}, add: {x-c:"
                                + " '3'}, remove: [x-d]}, response: {add: {x-e: '4'}, remove: [x-f]}},"
                                + " route: [{destination: {host: reviews}, headers: {request: {add:"
                                + " {x-g: '5'}, set: {host: d}, remove: [x-h]}, response: {set: {x-i:"
                                + " '6'}}}}]",
                        "request_headers_to_add: [{header: {key: x-a, value: '2'}, append_action:"
                                + " OVERWRITE_IF_EXISTS_OR_ADD}, {header: {key: x-b, value: '1'},"
                                + " append_action: OVERWRITE_IF_EXISTS_OR_ADD}, {header: {key: x-c, value:"
                                + " '3'}}, {header: {key: x-g, value: '5'}}]\n"
                                + "request_headers_to_remove: [x-d, x-h]\n"
                                + "response_headers_to_add: [{header: {key: x-e, value: '4'}}, {header:"
                                + " {key: x-i, value: '6'}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]\n"
                                + "response_headers_to_remove: [x-f]\n"
                                + "route: {host_rewrite_literal: r}"),
                arguments(
                        "route: [{destination: {host: reviews}, headers: {request: {set: {Host: d}}}}]",
                        "route: {host_rewrite_literal: d}"),
                arguments(
                        "route: [{destination: {host: reviews, subset: v1}, weight: 25, headers:"
                                + " {request: {add: {x-a: '1'}, set: {host: v1}}}}, {destination: {host:"
                                + " reviews, subset: v2}, weight: 75, headers: {response: {remove:"
                                + " [x-b]}}}, {destination: {host: reviews}, weight: 0}]",
                        "route: {cluster: null, weighted_clusters: {clusters: [{name:"
                                + " outbound|9080|v1|reviews.default.svc.cluster.local, weight: 25,"
                                + " request_headers_to_add: [{header: {key: x-a, value: '1'}}],"
                                + " host_rewrite_literal: v1}, {name:"
                                + " outbound|9080|v2|reviews.default.svc.cluster.local, weight: 75,"
                                + " response_headers_to_remove: [x-b]}]}}"),
                // rewrites
                arguments("rewrite: {uri: /v2}, " + TO, "route: {prefix_rewrite: /v2}"),
                arguments(
                        "rewrite: {authority: b}, headers: {response: {add: {x: y}}}, " + TO,
                        "{response_headers_to_add: [{header: {key: x, value: y}}], route:"
                                + " {host_rewrite_literal: b}}"),
                arguments(
                        "rewrite: {uriRegexRewrite: {match: '^/(.*)$', rewrite: '/a/\\1'}, authority:"
                                + " b}, "
                                + TO,
                        "route: {regex_rewrite: {pattern: {regex: '^/(.*)$'}, substitution:"
                                + " '/a/\\1'}, host_rewrite_literal: b}"),
                // answers
                arguments(
                        "redirect: {uri: /new, authority: b, redirectCode: 303}, headers: {response:"
                                + " {set: {x: y}}}",
                        "{route: null, redirect: {path_redirect: /new, host_redirect: b,"
                                + " response_code: SEE_OTHER}, response_headers_to_add: [{header: {key: x,"
                                + " value: y}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]}"),
                arguments(
                        "redirect: {scheme: https, derivePort: FROM_REQUEST_PORT}",
                        "{route: null, redirect: {scheme_redirect: https, port_redirect: 9080}}"),
                arguments(
                        "redirect: {scheme: https, port: 443}",
                        "{route: null, redirect: {scheme_redirect: https}}"),
                arguments(
                        "redirect: {scheme: https, port: 80}",
                        "{route: null, redirect: {scheme_redirect: https, port_redirect: 80}}"),
                arguments(
                        "redirect: {derivePort: FROM_PROTOCOL_DEFAULT, prefixRewrite: /b}",
                        "{route: null, redirect: {prefix_rewrite: /b}}"),
                arguments(
                        "directResponse: {status: 503, body: {string: sorry}}, headers: {response:"
                                + " {remove: [x]}}",
                        "{route: null, direct_response: {status: 503, body: {inline_string: sorry}},"
                                + " response_headers_to_remove: [x]}"),
                arguments(
                        "directResponse: {status: 200, body: {bytes: '//79'}}",
                        "{route: null, direct_response: {status: 200, body: {inline_bytes: '//79'}}}"),
                // faults
                arguments(
                        "fault: {delay: {fixedDelay: 1.5s, percentage: {value: 0.01}}, abort:"
                                + " {httpStatus: 418, percent: 10}}, "
                                + TO,
                        fault(
                                "delay: {fixed_delay: 1.500s, percentage: {numerator: 100,"
                                        + " denominator: MILLION}}, abort: {http_status: 418, percentage:"
                                        + " {numerator: 100000, denominator: MILLION}}")),
                arguments(
                        "fault: {abort: {grpcStatus: UNAVAILABLE}}, " + TO,
                        fault("abort: {grpc_status: 14, percentage: {denominator: MILLION}}")),
                // CORS
                arguments(
                        "corsPolicy: {allowOrigin: ['*']}, " + TO,
                        cors(
                                "allow_origin_string_match: [{exact: '*'}],"
                                        + " forward_not_matching_preflights: true")),
                arguments(
                        "corsPolicy: {allowOrigins: [{prefix: a}, {regex: b}], allowMethods: [GET,"
                                + " PUT], allowHeaders: [x-a, x-b], exposeHeaders: [x-c, x-d], maxAge: 2m,"
                                + " allowCredentials: false, unmatchedPreflights: IGNORE}, "
                                + TO,
                        cors(
                                "allow_origin_string_match: [{prefix: a}, {safe_regex: {regex: b}}],"
                                        + " allow_methods: 'GET,PUT', allow_headers: 'x-a,x-b',"
                                        + " expose_headers: 'x-c,x-d', max_age: '120',"
                                        + " allow_credentials: false,"
                                        + " forward_not_matching_preflights: false")),
                // copies
                arguments(
                        "mirror: {host: reviews, subset: v2}, mirrorPercentage: {value: 12.5}, "
                                + TO,
                        "route: {request_mirror_policies: [{cluster:"
                                + " outbound|9080|v2|reviews.default.svc.cluster.local,"
                                + " runtime_fraction: {default_value: {numerator: 125000, denominator:"
                                + " MILLION}}}]}"),
                arguments("mirror: {host: sleep}, mirrorPercentage: {value: 0}, " + TO, "{}"),
                arguments(
                        "mirrors: [{destination: {host: sleep}}, {destination: {host: reviews},"
                                + " percentage: {value: 1}}], "
                                + TO,
                        "route: {request_mirror_policies: [{cluster:"
                                + " outbound|80||sleep.default.svc.cluster.local, runtime_fraction:"
                                + " {default_value: {numerator: 1000000, denominator: MILLION}}},"
                                + " {cluster: outbound|9080||reviews.default.svc.cluster.local,"
                                + " runtime_fraction: {default_value: {numerator: 10000, denominator:"
                                + " MILLION}}}]}"),
                // retries
                arguments("retries: {attempts: 0}, " + TO, "route: {retry_policy: null}"),
                arguments(
                        "retries: {attempts: 3, retryOn: '503,reset', retryIgnorePreviousHosts:"
                                + " false, retryRemoteLocalities: true, perTryTimeout: 2s, backoff:"
                                + " 10ms}, "
                                + TO,
                        "route: {retry_policy: {retry_on: 'reset,retriable-status-codes', num_retries:"
                                + " 3, retriable_status_codes: [503], per_try_timeout: 2s, retry_back_off:"
                                + " {base_interval: 0.010s}, retry_host_predicate: null, retry_priority:"
                                + " {name: envoy.retry_priorities.previous_priorities, typed_config:"
                                + " {'@type':"
                                + " type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig,"
                                + " update_frequency: 2}}}}"),
                arguments(
                        "retries: {attempts: 2, retryOn: '5xx,404,reset,503'}, " + TO,
                        "route: {retry_policy: {retry_on: '5xx,reset,retriable-status-codes',"
                                + " retriable_status_codes: [404, 503]}}"),
                arguments(
                        "retries: {attempts: 2, retryOn: 'gateway-error,retriable-status-codes,503'},"
                                + " "
                                + TO,
                        "route: {retry_policy: {retry_on: 'gateway-error,retriable-status-codes',"
                                + " retriable_status_codes: [503]}}"),
                arguments(
                        "timeout: 1.5s, " + TO,
                        "route: {timeout: 1.500s, max_stream_duration: {grpc_timeout_header_max:"
                                + " 1.500s}}"));
    }

    private static String fault(String fields) {
        return "typed_per_filter_config: {envoy.filters.http.fault: {'@type':"
                + " type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault, "
                + fields
                + "}}";
    }

    private static String cors(String fields) {
        return "typed_per_filter_config: {envoy.filters.http.cors: {'@type':"
                + " type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy,"
                + " filter_enabled: {default_value: {numerator: 100}}, "
                + fields
                + "}}";
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsWritten(String route, String written) {
        assertThat(host(rule(route), "").getRoutes(0)).isEqualTo(expected(PLAIN, written));
    }

    /** In an old mesh nothing is retried unless a route says so, and then as it was then. */
    static Stream<Arguments> oldRoutes() {
        return Stream.of(
                arguments(TO, "route: {retry_policy: null}"),
                arguments(
                        "retries: {attempts: 3, perTryTimeout: 2s}, " + TO,
                        "route: {retry_policy: {retry_on: '5xx,connect-failure,refused-stream',"
                                + " num_retries: 3, per_try_timeout: 2s,"
                                + " host_selection_retry_max_attempts: null, retry_host_predicate:"
                                + " null}}"),
                arguments(
                        "retries: {attempts: 2, retryOn: gateway-error, retryIgnorePreviousHosts:"
                                + " true}, "
                                + TO,
                        "route: {retry_policy: " + retries("gateway-error", 2) + "}"));
    }

    @ParameterizedTest
    @MethodSource("oldRoutes")
    void aRouteIsWrittenInAnOldMesh(String route, String written) {
        assertThat(host(rule(route), OLD).getRoutes(0)).isEqualTo(expected(PLAIN, written));
    }

    @Test
    void aServiceWithoutRulesHasTheMeshsRetries() {
        String named = "{name: default}";
        assertThat(host("", "").getRoutes(0)).isEqualTo(expected(PLAIN, named));
        String mesh =
                OLD.replace(
                        "compat: istio-1.0",
                        "defaultHttpRetryPolicy: {attempts: 5, retryOn: reset}");
        assertThat(host("", mesh).getRoutes(0).getRoute().getRetryPolicy().getRetryOn())
                .isEqualTo("reset");
        String off = OLD.replace("compat: istio-1.0", "defaultHttpRetryPolicy: {attempts: 0}");
        assertThat(host("", off).getRoutes(0).getRoute().hasRetryPolicy()).isFalse();
        assertThat(host("", OLD).getRoutes(0).getRoute().hasRetryPolicy()).isFalse();
    }

    static Stream<Arguments> hashes() {
        return Stream.of(
                arguments("httpHeaderName: X-User", "{header: {header_name: x-user}}"),
                arguments(
                        "httpCookie: {name: c, ttl: 1m, path: /p, attributes: [{name: a, value: b}]}",
                        "{cookie: {name: c, ttl: 60s, path: /p, attributes: [{name: a, value: b}]}}"),
                arguments("httpCookie: {name: c}", "{cookie: {name: c}}"),
                arguments("useSourceIp: true", "{connection_properties: {source_ip: true}}"),
                arguments("httpQueryParameterName: q", "{query_parameter: {name: q}}"));
    }

    private static String rule(String policy, String subset) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews}
        spec:
          host: reviews
          trafficPolicy: {%s}
          subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {%s}}]
        """
                .formatted(policy, subset);
    }

    private static String hash(String key) {
        return "loadBalancer: {consistentHash: {" + key + "}}";
    }

    /** A try goes where the one before went: what was tried is not avoided. */
    @ParameterizedTest
    @MethodSource
    void hashes(String key, String policy) {
        assertThat(host(rule(TO) + rule(hash(key), ""), Profile.NEWEST).getRoutes(0))
                .isEqualTo(
                        expected(
                                PLAIN,
                                "route: {hash_policy: ["
                                        + policy
                                        + "], retry_policy: {retry_host_predicate: null}}"));
        // as in Istio, where a Service without rules keeps the predicate
        assertThat(host(rule(hash(key), ""), Profile.NEWEST).getRoutes(0))
                .isEqualTo(
                        expected(PLAIN, "{name: default, route: {hash_policy: [" + policy + "]}}"));
        assertThat(host(rule(hash(key), ""), 3).getRoutes(0).getRoute().getHashPolicyList())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the subset's own balancer, else the whole's; a port's before that of all
                "loadBalancer: {consistentHash: {httpHeaderName: a}}|''|a",
                "loadBalancer: {consistentHash: {httpHeaderName: a}}|loadBalancer: {consistentHash:"
                        + " {httpHeaderName: b}}|b",
                "loadBalancer: {consistentHash: {httpHeaderName: a}}|loadBalancer: {simple: RANDOM}|''",
                "loadBalancer: {simple: RANDOM}, portLevelSettings: [{port: {number: 9080},"
                        + " loadBalancer: {consistentHash: {httpHeaderName: c}}}]|''|c",
                "loadBalancer: {consistentHash: {httpHeaderName: a}}, portLevelSettings: [{port:"
                        + " {number: 9081}, loadBalancer: {consistentHash: {httpHeaderName: c}}}]|''|a"
            })
    void theDestinationsOwnBalancerSaysWhatIsHashed(String whole, String subset, String header) {
        String to = "route: [{destination: {host: reviews, subset: v1}}]";
        assertThat(
                        host(rule(to) + rule(whole, subset), Profile.NEWEST)
                                .getRoutes(0)
                                .getRoute()
                                .getHashPolicyList())
                .extracting(one -> one.getHeader().getHeaderName())
                .isEqualTo(header.isEmpty() ? List.of() : List.of(header));
    }

    @ParameterizedTest
    @CsvSource({"useSourceIp: true, 4, 1", "useSourceIp: true, 3, 0", "httpHeaderName: a, 4, 0"})
    void connectionsAreHashedBySourceAlone(String key, int profile, int policies) throws Exception {
        String echo =
                TestCluster.service("echo", "tcp", 9000)
                        + rule(hash(key), "").replace("reviews", "echo");
        var listener =
                Objects.requireNonNull(
                                resources(echo, profile)
                                        .get(ResourceType.LISTENER)
                                        .get("outbound|default"))
                        .body()
                        .unpack(Listener.class);
        for (FilterChain chain : listener.getFilterChainsList()) {
            if (chain.getName().startsWith("outbound|9000|tcp|")) {
                TcpProxy proxy = chain.getFilters(0).getTypedConfig().unpack(TcpProxy.class);
                assertThat(proxy.getHashPolicyList()).hasSize(policies);
                assertThat(proxy.getHashPolicyList()).allMatch(HashPolicy::hasSourceIp);
                return;
            }
        }
        throw new AssertionError("no chain of echo");
    }

    @Test
    void ringsAndTablesAreSized() {
        assertThat(cluster("useSourceIp: true", Profile.NEWEST)).isEqualTo("RING_HASH 1024 0");
        assertThat(cluster("useSourceIp: true, minimumRingSize: 7", Profile.NEWEST))
                .isEqualTo("RING_HASH 7 0");
        assertThat(cluster("useSourceIp: true, ringHash: {}", Profile.NEWEST))
                .isEqualTo("RING_HASH 0 0");
        assertThat(cluster("useSourceIp: true, maglev: {tableSize: 101}", Profile.NEWEST))
                .isEqualTo("MAGLEV 0 101");
        assertThat(cluster("useSourceIp: true", 3)).isEqualTo("LEAST_REQUEST 0 0");
    }

    private static String cluster(String hash, int profile) {
        try {
            var cluster =
                    Objects.requireNonNull(
                                    resources(rule(hash(hash), ""), profile)
                                            .get(ResourceType.CLUSTER)
                                            .get("outbound|9080||" + REVIEWS))
                            .body()
                            .unpack(Cluster.class);
            return cluster.getLbPolicy()
                    + " "
                    + cluster.getRingHashLbConfig().getMinimumRingSize().getValue()
                    + " "
                    + cluster.getMaglevLbConfig().getTableSize().getValue();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void outboundFiltersStandInTheirOrderAndAttemptsAreCounted() {
        assertThat(filters(Profile.NEWEST))
                .containsExactly(
                        "envoy.filters.http.cors",
                        "envoy.filters.http.fault",
                        "envoy.filters.http.router");
        assertThat(host("", "").getIncludeRequestAttemptCount()).isTrue();
    }

    private static List<String> filters(int profile) {
        try {
            var listener =
                    Objects.requireNonNull(
                                    resources("", profile)
                                            .get(ResourceType.LISTENER)
                                            .get("outbound|default"))
                            .body()
                            .unpack(Listener.class);
            for (FilterChain chain : listener.getFilterChainsList()) {
                if (chain.getName().equals("outbound|9080|http|_")) {
                    return chain
                            .getFilters(0)
                            .getTypedConfig()
                            .unpack(HttpConnectionManager.class)
                            .getHttpFiltersList()
                            .stream()
                            .map(HttpFilter::getName)
                            .toList();
                }
            }
            throw new AssertionError("no chain of reviews");
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** It is served what it can do, and routes that it could not tell apart are left out. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anOlderAgentIsServedNothingOfIt(int profile) {
        assertThat(filters(profile)).containsExactly("envoy.filters.http.router");
        VirtualHost host =
                host(
                        rule(
                                "name: q, match: [{queryParams: {a: {}}}], "
                                        + TO
                                        + "}, {name: w, match: [{withoutHeaders: {a: {}}}], "
                                        + TO
                                        + "}, {name: r, match: [{uri: {prefix: /r}}], redirect: {uri:"
                                        + " /b}}, {name: b, match: [{uri: {prefix: /b}}],"
                                        + " directResponse: {status: 200, body: {bytes: '//79'}}}, {name:"
                                        + " d, match: [{uri: {prefix: /d}}], directResponse: {status: 200,"
                                        + " body: {string: a}}}, {name: p, fault: {abort: {httpStatus:"
                                        + " 500}}, corsPolicy: {allowOrigin: [a]}, rewrite: {uri: /},"
                                        + " mirror: {host: sleep}, headers: {request: {set: {a: b}}}, route:"
                                        + " [{destination: {host: reviews, subset: v1}, weight: 1, headers:"
                                        + " {request: {set: {a: b}}}}, {destination: {host: reviews, subset:"
                                        + " v2}, weight: 1}]"),
                        profile);
        assertThat(host.getRoutesList()).extracting(Route::getName).containsExactly("d", "p");
        assertThat(host.getIncludeRequestAttemptCount()).isFalse();
        Route plain = host.getRoutes(1);
        assertThat(plain.toBuilder().clearName().clearMatch().build())
                .isEqualTo(
                        expected(
                                "route: {timeout: 0s, weighted_clusters: {clusters: [{name:"
                                        + " outbound|9080|v1|reviews.default.svc.cluster.local, weight:"
                                        + " 1}, {name:"
                                        + " outbound|9080|v2|reviews.default.svc.cluster.local, weight:"
                                        + " 1}]}}",
                                profile < Profile.HTTP2
                                        ? "{}"
                                        : "route: {max_stream_duration: {grpc_timeout_header_max: 0s}}"));
    }

    /** Some clients have routes of their own; the others are served as if there were no rule. */
    @Test
    void whoHasNoRouteByLabelsGetsTheServiceItself() {
        VirtualHost host =
                host(
                        rule(
                                "match: [{sourceLabels: {app: a}, uri: {prefix: /x}}], "
                                        + TO
                                        + "}, {match: [{sourceLabels: {app: b}}], "
                                        + TO),
                        "");
        assertThat(host.getRoutesList())
                .extracting(route ->
                        route.getMatch().getPrefix()
                                + labels(route)
                                + (route.hasDirectResponse()
                                        ? " " + route.getDirectResponse().getStatus()
                                        : ""))
                .containsExactly("/x a", "/ b", "/ a 404", "/ b 404", "/");
        Route last = host.getRoutes(4);
        assertThat(last.getName()).isEqualTo("default");
    }

    private static String labels(Route route) {
        return route.getMatch().getDynamicMetadataCount() == 0
                ? ""
                : " "
                        + route.getMatch()
                                .getDynamicMetadata(0)
                                .getValue()
                                .getStringMatch()
                                .getExact();
    }

    private static String rule(String route) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec: {hosts: [reviews], http: [{%s}]}
        """
                .formatted(route);
    }

    private static VirtualHost host(String rule, String more) {
        return host(rule + more, Profile.NEWEST);
    }

    private static Map<ResourceType, Map<String, VersionedResource>> resources(
            String yaml, int profile) {
        return new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(reviewsAndSleep() + yaml)))
                .agent("node-1", profile);
    }

    private static VirtualHost host(String yaml, int profile) {
        try {
            var table =
                    Objects.requireNonNull(
                                    resources(yaml, profile).get(ResourceType.ROUTES).get(TABLE))
                            .body()
                            .unpack(RouteConfiguration.class);
            return table.getVirtualHostsList().stream()
                    .filter(host -> host.getName().equals(REVIEWS + ":9080"))
                    .findFirst()
                    .orElseThrow();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /** {@code base} with the fields of {@code patch}; null takes one away (RFC 7396). */
    private static Route expected(String base, String patch) {
        var types =
                JsonFormat.TypeRegistry.newBuilder()
                        .add(HTTPFault.getDescriptor())
                        .add(CorsPolicy.getDescriptor())
                        .add(PreviousHostsPredicate.getDescriptor())
                        .add(PreviousPrioritiesConfig.getDescriptor())
                        .build();
        var route = Route.newBuilder();
        try {
            JsonFormat.parser()
                    .usingTypeRegistry(types)
                    .merge(
                            merged((ObjectNode) Yaml.parse(base), Yaml.parse(patch)).toString(),
                            route);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(patch, e);
        }
        return route.build();
    }

    private static ObjectNode merged(ObjectNode base, JsonNode patch) {
        for (var field : patch.properties()) {
            if (field.getValue().isNull()) {
                base.remove(field.getKey());
            } else if (field.getValue().isObject()
                    && base.get(field.getKey()) instanceof ObjectNode inner) {
                merged(inner, field.getValue());
            } else {
                base.set(field.getKey(), field.getValue());
            }
        }
        return base;
    }
}
