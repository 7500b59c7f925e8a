package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.fairlead.pilot.compile.Authorization;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.testing.Yaml;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Istio's own cases, where they are at hand: what we write and what Istio writes of the same
 * policies fit the same of thousands of requests, name by name.
 */
class AuthorizationSuiteTest {

    private static final int CALLERS = 5_000;

    /** Cases without rules, or with rules that nothing fits: one principal in two namespaces. */
    private static final Set<String> NOTHING_FITS =
            Set.of(
                    "allow-host-before-111",
                    "allow-nil-rule",
                    "allow-path",
                    "allow-only-http",
                    "audit-both-http-tcp",
                    "custom-only-http",
                    "single-policy");

    private static final String DESTINATION =
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: httpbin, namespace: foo, uid: uid-httpbin, labels: {app: httpbin, version: v1}}
            spec: {nodeName: node-1, serviceAccountName: httpbin, containers: [{name: a}]}
            status: {podIP: 198.18.1.10, podIPs: [{ip: 198.18.1.10}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: my-custom-ext-authz, namespace: foo}
            spec: {clusterIP: 198.19.0.9, ports: [{name: grpc, port: 9000}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data: {mesh: "%s"}
            ---
            """;
    private static final String GRPC =
            "extensionProviders: [{name: default, envoyExtAuthzGrpc: {service: SERVICE, port: 9000,"
                    + " failOpen: true, statusOnError: '403'MORE}}]";
    private static final String GRPC_WITH_BODY =
            GRPC.replace("SERVICE", "foo/my-custom-ext-authz.foo.svc.cluster.local")
                    .replace(
                            "MORE",
                            ", timeout: 2ms, includeRequestBodyInCheck:"
                                    + " {maxRequestBytes: 4096, allowPartialMessage: true}");
    private static final String HTTP =
            "extensionProviders: [{name: default, envoyExtAuthzHttp: {service:"
                    + " foo/my-custom-ext-authz.foo.svc.cluster.local, port: 9000, timeout: 10s,"
                    + " failOpen: true, statusOnError: '403', pathPrefix: /check,"
                    + " includeRequestHeadersInCheck: [x-custom-id, x-prefix-*, '*-suffix'],"
                    + " includeHeadersInCheck: [unused], includeAdditionalHeadersInCheck: {x-header-1:"
                    + " value-1, x-header-2: value-2}, includeRequestBodyInCheck: {maxRequestBytes:"
                    + " 2048, allowPartialMessage: true, packAsBytes: true}, headersToUpstreamOnAllow:"
                    + " [Authorization, x-prefix-*, '*-suffix'], headersToDownstreamOnDeny:"
                    + " [Set-cookie, x-prefix-*, '*-suffix'], headersToDownstreamOnAllow: [Set-cookie,"
                    + " x-prefix-*, '*-suffix']}}]";
    private static final Map<String, String> MESHES =
            Map.of(
                    "none", "compat: modern",
                    "td1", "{trustDomain: td1, trustDomainAliases: [cluster.local]}",
                    "td1+some-td",
                            "{trustDomain: td1, trustDomainAliases: [cluster.local, some-td]}",
                    "td1+foobar", "{trustDomain: td1, trustDomainAliases: [foobar]}",
                    "new-td",
                            "{trustDomain: new-td, trustDomainAliases: [old-td, some-trustdomain]}",
                    "grpc", GRPC_WITH_BODY,
                    "grpc-alone",
                            GRPC.replace("SERVICE", "my-custom-ext-authz.foo.svc.cluster.local")
                                    .replace("MORE", ""),
                    "http", HTTP);

    private static final JsonFormat.Parser PARSER =
            JsonFormat.parser()
                    .usingTypeRegistry(
                            JsonFormat.TypeRegistry.newBuilder()
                                    .add(
                                            io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC
                                                    .getDescriptor())
                                    .add(
                                            io.envoyproxy.envoy.extensions.filters.network.rbac.v3
                                                    .RBAC.getDescriptor())
                                    .add(ExtAuthz.getDescriptor())
                                    .add(
                                            io.envoyproxy.envoy.extensions.filters.network.ext_authz
                                                    .v3.ExtAuthz.getDescriptor())
                                    .add(UriTemplateMatchConfig.getDescriptor())
                                    .build());

    private static Path suite() {
        String given =
                System.getProperty(
                        "fairlead.suites", System.getenv().getOrDefault("FAIRLEAD_SUITES", ""));
        Path folder =
                (given.isEmpty()
                                ? Path.of(System.getProperty("fairlead.root", ".."))
                                        .resolve("../shared/suites")
                                : Path.of(given))
                        .resolve("istio-authz");
        if (!Files.isDirectory(folder)) {
            System.err.println("SKIPPED AuthorizationSuiteTest: no folder " + folder);
        }
        assumeTrue(Files.isDirectory(folder), "no folder " + folder);
        return folder;
    }

    /** Filters by what they are: those of one action, and each provider's question. */
    private record Chain(Map<String, RBAC> rules, List<Message> asked) {

        static Chain of(List<Message> configs) {
            Map<String, RBAC> rules = new TreeMap<>();
            List<Message> asked = new ArrayList<>();
            for (Message config : configs) {
                switch (config) {
                    case io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC http -> {
                        if (http.hasRules()) {
                            rules.put("" + http.getRules().getAction(), http.getRules());
                        }
                        if (http.hasShadowRules()) {
                            rules.put(http.getShadowRulesStatPrefix(), http.getShadowRules());
                        }
                    }
                    case io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC tcp -> {
                        assertThat(tcp.getStatPrefix()).isEqualTo("tcp.");
                        if (tcp.hasRules()) {
                            rules.put("" + tcp.getRules().getAction(), tcp.getRules());
                        }
                        if (tcp.hasShadowRules()) {
                            rules.put(tcp.getShadowRulesStatPrefix(), tcp.getShadowRules());
                        }
                    }
                    default -> asked.add(config);
                }
            }
            return new Chain(rules, asked);
        }

        /** Which rules fit; ALLOW that lets nothing in is there all the same. */
        Map<String, List<String>> fitting(Caller caller) {
            Map<String, List<String>> fitting = new TreeMap<>();
            rules.forEach((key, some) ->
                    fitting.put(key + " " + some.getAction(), List.copyOf(caller.fitting(some))));
            return fitting;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "allow-empty-rule, none",
        "allow-host-before-111, none",
        "allow-nil-rule, none",
        "allow-path, none",
        "audit-full-rule, none",
        "deny-empty-rule, none",
        "dry-run-allow, none",
        "dry-run-allow-and-deny, none",
        "dry-run-mix, none",
        "single-policy, none",
        "simple-policy-td-aliases, td1",
        "simple-policy-multiple-td-aliases, td1+some-td",
        "simple-policy-principal-with-wildcard, td1+foobar",
        "td-aliases-source-principal, new-td"
    })
    void http(String name, String mesh) throws IOException {
        ClusterState state = state("http/" + name, mesh);
        compare(name, state, ours(state, true), theirs("http/" + name));
    }

    @ParameterizedTest
    @CsvSource({
        "custom-grpc-provider, grpc",
        "custom-grpc-provider-no-namespace, grpc-alone",
        "custom-http-provider, http"
    })
    void custom(String name, String mesh) throws IOException {
        ClusterState state = state("http/custom-simple-http", mesh);
        compare(name, state, ours(state, true), theirs("http/" + name));
    }

    @ParameterizedTest
    @CsvSource({
        "allow-both-http-tcp, none",
        "allow-only-http, none",
        "audit-both-http-tcp, none",
        "custom-both-http-tcp, grpc",
        "custom-only-http, http",
        "deny-both-http-tcp, none",
        "dry-run-mix, none"
    })
    void tcp(String name, String mesh) throws IOException {
        ClusterState state = state("tcp/" + name, mesh);
        compare(name, state, ours(state, false), theirs("tcp/" + name));
    }

    private static ClusterState state(String name, String mesh) throws IOException {
        String settings = Objects.requireNonNull(MESHES.get(mesh));
        ClusterState state =
                TestStates.of(
                        DESTINATION.formatted(settings)
                                + Files.readString(suite().resolve(name + "-in.yaml")));
        assertThat(state.authorizationPolicies()).isNotEmpty();
        return state;
    }

    private static List<Message> ours(ClusterState state, boolean http) throws IOException {
        var pod = Objects.requireNonNull(MeshCompiler.compile(state).pods().get("uid-httpbin"));
        Authorization authorization = pod.authorization(0);
        var writer = new Authorizations(state.mesh());
        List<Message> configs = new ArrayList<>();
        if (http) {
            for (HttpFilter filter : writer.http(authorization)) {
                configs.add(unpack(filter.getTypedConfig()));
            }
        } else {
            for (Filter filter : writer.tcp(authorization)) {
                configs.add(unpack(filter.getTypedConfig()));
            }
        }
        return configs;
    }

    private static List<Message> theirs(String name) throws IOException {
        List<Path> files;
        Path folder = suite().resolve(name).getParent();
        String start = Path.of(name).getFileName() + "-out";
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().startsWith(start)).sorted().toList();
        }
        List<Message> configs = new ArrayList<>();
        for (Path file : files) {
            var filter = Filter.newBuilder(); // an HttpFilter has the same two fields
            PARSER.merge(
                    new ObjectMapper().writeValueAsString(Yaml.parse(Files.readString(file))),
                    filter);
            configs.add(unpack(filter.getTypedConfig()));
        }
        return configs;
    }

    private static Message unpack(com.google.protobuf.Any any) throws IOException {
        for (Class<? extends Message> type :
                List.of(
                        io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.class,
                        io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class,
                        ExtAuthz.class,
                        io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                                .class)) {
            if (any.is(type)) {
                return any.unpack(type);
            }
        }
        throw new IllegalArgumentException(any.getTypeUrl());
    }

    private static void compare(
            String name, ClusterState state, List<Message> ours, List<Message> theirs) {
        Chain one = Chain.of(ours);
        Chain other = Chain.of(theirs);
        assertThat(one.rules.keySet()).isEqualTo(other.rules.keySet());
        // the prefix of ours ends where the name of the provider does
        assertThat(one.asked)
                .extracting(asked -> asked.toString().replace("istio-ext-authz-default-ns[", "P"))
                .isEqualTo(
                        other.asked.stream()
                                .map(a -> a.toString().replace("istio-ext-authz-default", "P"))
                                .toList());
        var callers = new AimedCallers(state.authorizationPolicies(), new SplittableRandom(7));
        int fitting = 0;
        for (int i = 0; i < CALLERS; i++) {
            Caller caller = callers.next();
            Map<String, List<String>> found = one.fitting(caller);
            assertThat(found).as(caller.toString()).isEqualTo(other.fitting(caller));
            one.rules.forEach((key, rules) -> {
                RBAC others = Objects.requireNonNull(other.rules.get(key));
                assertThat(caller.comparisons(rules))
                        .as(caller.toString())
                        .isEqualTo(caller.comparisons(others));
            });
            fitting += found.values().stream().allMatch(List::isEmpty) ? 0 : 1;
        }
        assertThat(fitting)
                .as("requests that some rule takes")
                .isGreaterThan(NOTHING_FITS.contains(name) ? -1 : CALLERS / 20);
    }
}
