package dev.fairlead.pilot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.pilot.keys.HttpFetch;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.TestCa;
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.validate.TrafficTableTest;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.tokens.Caller;
import dev.fairlead.wire.tokens.NodeTokens;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.tokens.TokenAuthInterceptor;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge: a real Envoy is served one pod's view and must find nothing wrong with it. */
@Tag("envoy")
class EnvoyAcceptsTest {

    private static final SpiffeId PILOT = SpiffeId.pilot("cluster.local");
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"compat: modern", "compat: istio-1.0"})
    void everythingThatOnePodIsServed(String mesh) throws Exception {
        String envoy = envoy();
        try (var cluster = new TestCluster(folder.resolve("cluster"))) {
            cluster.apply(everyShape(mesh) + TrafficTableTest.acceptedHttp());
            var ca = new TestCa();
            Path bundle = folder.resolve("root.pem");
            ca.writeBundle(bundle);
            Path token = folder.resolve("token");
            Path tokens = folder.resolve("tokens.json");
            NodeTokens.write(
                    tokens,
                    List.of(NodeTokens.mint(token, new Caller.Node("node-1"), new SecureRandom())));
            var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            try (var pilot =
                    Pilot.start(
                            Backing.directory(cluster.root(), new HttpFetch(null)),
                            SpiffeTls.server(listen, ca.serve(PILOT)),
                            new TokenAuthInterceptor(new NodeTokens(tokens)))) {
                Path bootstrap = bootstrap(pilot.port(), Files.readString(token).strip(), bundle);
                judge(envoy, bootstrap);
            }
        }
    }

    /** One service of each kind of port, subsets, and a route of each kind of match. */
    private static String everyShape(String mesh) {
        return TestCluster.reviewsAndSleep()
                + TestCluster.service("plain", "tcp-echo", 9000)
                + TestCluster.slice("plain", "tcp-echo", 9000, "198.18.1.10=uid-sleep-v1")
                + TestCluster.service("grpc", "grpc", 9001)
                + TestCluster.service("unknown", "words", 9002)
                + TestCluster.slice("unknown", "words", 9002, "198.18.1.10=uid-sleep-v1")
                + TestCluster.service("secure", "https", 443)
                + TestCluster.subsets("reviews", "v1", "v2", "v3")
                + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: alone}
                spec: {clusterIP: None, ports: [{name: tcp, port: 9003}]}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data:
                  mesh: |
                    THE_MESH
                    trustDomainAliases: [old.example.com]
                    defaultConfig: {proxyHeaders: {forwardedClientCert: APPEND_FORWARD, setCurrentClientCertDetails: {cert: true, chain: true}}}
                    extensionProviders:
                    - name: calls
                      envoyExtAuthzGrpc:
                        service: grpc.default.svc.cluster.local
                        port: 9001
                        timeout: 1s
                        failOpen: true
                        statusOnError: "503"
                        includeRequestBodyInCheck: {maxRequestBytes: 1024, allowPartialMessage: true, packAsBytes: true}
                    - name: requests
                      envoyExtAuthzHttp:
                        service: default/reviews.default.svc.cluster.local
                        port: 9080
                        pathPrefix: /check
                        includeRequestHeadersInCheck: [cookie, x-*, "*-id"]
                        includeAdditionalHeadersInCheck: {x-added: "yes"}
                        headersToUpstreamOnAllow: [authorization]
                        headersToDownstreamOnDeny: [set-cookie]
                        headersToDownstreamOnAllow: [x-*]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews, www.example.com, "*.example.org"]
                  http:
                  - name: all-matches
                    match:
                    - uri: {exact: /a}
                      scheme: {exact: http}
                      method: {regex: "GET|PUT"}
                      authority: {prefix: rev}
                      ignoreUriCase: true
                      port: 9080
                    - uri: {regex: "/b/[0-9]+"}
                      headers: {end-user: {exact: jason}, x: {regex: "a+"}, y: {}, z: {prefix: p}}
                    - sourceLabels: {app: sleep}
                      uri: {prefix: /c}
                    route:
                    - destination: {host: reviews, subset: v1}
                      weight: 60
                    - destination: {host: reviews, subset: v2}
                      weight: 40
                    - destination: {host: reviews, subset: v3}
                      weight: 0
                  - match: [{method: {exact: CONNECT}, authority: {exact: "reviews:9080"}}]
                    timeout: 30s
                    route: [{destination: {host: reviews}}]
                  - match: [{sourceLabels: {app: other}}]
                    route: [{destination: {host: nowhere, subset: v9}}]
                  - route: [{destination: {host: reviews, subset: v3, port: {number: 9080}}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: sleep}
                spec:
                  hosts: [sleep]
                  http:
                  - name: all-fields
                    match:
                    - uri: {prefix: /api}
                      queryParams: {a: {exact: ""}, b: {prefix: b}, c: {regex: "c+"}, d: {}}
                      withoutHeaders: {x: {exact: y}, z: {regex: "*"}}
                      headers: {":path": {prefix: /api}}
                      statPrefix: api
                    rewrite: {uri: /v2, authority: other.example.com}
                    timeout: 3s
                    retries:
                      attempts: 3
                      perTryTimeout: 1s
                      retryOn: "503,connect-failure,reset"
                      retryRemoteLocalities: true
                      backoff: 30ms
                    fault:
                      delay: {fixedDelay: 2s, percentage: {value: 0.1}}
                      abort: {grpcStatus: UNAVAILABLE, percentage: {value: 5}}
                    mirrors:
                    - {destination: {host: reviews, subset: v3, port: {number: 9080}}, percentage: {value: 50}}
                    - {destination: {host: reviews, port: {number: 9080}}}
                    corsPolicy:
                      allowOrigins: [{exact: "https://a.example"}, {prefix: "http://"}, {regex: ".*"}]
                      allowMethods: [GET, POST]
                      allowHeaders: [x-a, x-b]
                      exposeHeaders: [x-c]
                      maxAge: 24h
                      allowCredentials: true
                      unmatchedPreflights: IGNORE
                    headers:
                      request:
                        set: {x-a: "%REQ(:path):10% 100%%", x-b: "%DOWNSTREAM_REMOTE_ADDRESS%"}
                        add: {x-c: "%START_TIME% %PROTOCOL% %ROUTE_NAME% %UPSTREAM_CLUSTER%"}
                        remove: [x-d]
                      response:
                        set: {x-e: "%RESP(server?via)% %RESPONSE_CODE% %HOSTNAME%"}
                        add: {x-f: "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%%DOWNSTREAM_LOCAL_PORT%"}
                        remove: [x-g]
                    route:
                    - destination: {host: reviews, subset: v1, port: {number: 9080}}
                      weight: 25
                      headers: {request: {set: {x-h: v1, host: v1.example.com}}}
                    - destination: {host: reviews, subset: v2, port: {number: 9080}}
                      weight: 75
                      headers: {response: {remove: [x-i], add: {x-j: v2}}}
                  - match: [{uri: {regex: "/r/.*"}}]
                    rewrite: {uriRegexRewrite: {match: "^/r/([^/]+)(/.*)$", rewrite: '\\2/\\1'}}
                    appendHeaders: {x-old: "1"}
                    removeResponseHeaders: [x-older]
                    fault: {abort: {httpStatus: 555, percent: 100}}
                    mirror: {host: reviews, port: {number: 9080}}
                    mirrorPercent: 10
                    retries: {attempts: 0}
                    route: [{destination: {host: sleep}}]
                  - match: [{uri: {prefix: /moved}}]
                    redirect: {prefixRewrite: /here, derivePort: FROM_REQUEST_PORT, scheme: https, redirectCode: 307}
                    headers: {response: {set: {x-moved: "yes"}}}
                  - match: [{uri: {exact: /gone}}]
                    redirect: {uri: "/new?q=1", authority: new.example.com, port: 8443}
                  - match: [{uri: {exact: /text}}]
                    directResponse: {status: 503, body: {string: LONG_TEXT}}
                    corsPolicy: {allowOrigin: ["*"], maxAge: 1s}
                  - match: [{uri: {exact: /bytes}}]
                    directResponse: {status: 200, body: {bytes: "//79"}}
                  - match: [{uri: {prefix: /team}}]
                    delegate: {name: team}
                    timeout: 7s
                  - match: [{sourceLabels: {app: sleep}, uri: {prefix: /mine}}]
                    route: [{destination: {host: sleep}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: team}
                spec:
                  http:
                  - match: [{uri: {prefix: /team/a}}]
                    route: [{destination: {host: reviews, subset: v1, port: {number: 9080}}}]
                  - route: [{destination: {host: sleep}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: secure}
                spec:
                  hosts: [secure, "*.example.net"]
                  tls:
                  - match:
                    - {sniHosts: [secure], sourceLabels: {app: sleep}}
                    - {sniHosts: ["*.example.net"], destinationSubnets: [198.0.0.0/8]}
                    route: [{destination: {host: secure}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: unknown}
                spec:
                  hosts: [unknown, "*"]
                  tls:
                  - match: [{sniHosts: [unknown]}]
                    route:
                    - {destination: {host: secure, port: {number: 443}}, weight: 1}
                    - {destination: {host: plain, port: {number: 9000}}, weight: 2}
                  - match: [{sniHosts: ["*"]}]
                    route: [{destination: {host: secure, port: {number: 443}}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: plain}
                spec:
                  hosts: [plain]
                  tcp:
                  - match: [{port: 9000}]
                    route:
                    - {destination: {host: plain}, weight: 30}
                    - {destination: {host: unknown, port: {number: 9002}}, weight: 70}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: sleep}
                spec: {host: sleep, trafficPolicy: {proxyProtocol: {version: V2}}}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: unknown}
                spec:
                  host: unknown
                  trafficPolicy: {tls: {mode: DISABLE}, proxyProtocol: {version: V1}}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: plain}
                spec:
                  host: plain
                  trafficPolicy:
                    tls: {mode: ISTIO_MUTUAL}
                    loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 65537}}}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: sleep}
                spec:
                  host: sleep
                  trafficPolicy:
                    connectionPool: {http: {h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 100}}
                    loadBalancer:
                      consistentHash:
                        httpCookie: {name: user, path: /a, ttl: 0s, attributes: [{name: SameSite, value: Lax}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: secure}
                spec:
                  host: secure
                  trafficPolicy:
                    connectionPool: {http: {useClientProtocol: true, maxConcurrentStreams: 5}}
                """
                        .concat(destinationRules())
                        .concat(tlsOriginations())
                        .concat(rateLimits())
                        .concat(healthChecks())
                        .concat(authorization())
                        .concat(tokens())
                        .replace("THE_MESH", mesh)
                        .replace("LONG_TEXT", "long ".repeat(2_000).strip());
    }

    /** TLS of rules' own: to a host, a part of it, one port. */
    private static String tlsOriginations() {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: grpc}
        spec:
          host: grpc
          trafficPolicy:
            tls: {mode: SIMPLE}
            portLevelSettings:
            - port: {number: 9001}
              tls: {mode: MUTUAL, clientCertificate: /c.pem, privateKey: /k.pem, caCertificates: /ca.pem}
          subsets:
          - name: v1
            labels: {version: v1}
            trafficPolicy: {tls: {mode: MUTUAL, credentialName: own, insecureSkipVerify: true}}
          - name: v2
            labels: {version: v2}
            trafficPolicy:
              tls: {mode: SIMPLE, sni: a.example.com, caCertificates: system, subjectAltNames: [a.example.com, "spiffe://a/b", 10.0.0.1]}
          - name: v3
            labels: {version: v3}
            trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: a.b, subjectAltNames: ["spiffe://cluster.local/ns/a/sa/b"]}}
        """;
    }

    /** On arrival at {@code sleep}, and of one route to it. */
    private static String rateLimits() {
        return """
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: RateLimit
        metadata: {name: arriving}
        spec:
          selector: {matchLabels: {app: sleep}}
          rules:
          - limit: {requests: 100, per: 1s}
          - match:
              port: 80
              path: {regex: "/a+"}
              methods: [GET, PUT]
              headers: {x: {exact: y}, z: {}}
              withoutHeaders: {cookie: {}, w: {prefix: v}}
              principals: [cluster.local/ns/default/sa/sleep, "*/sa/bench"]
            limit: {requests: 2, per: 5s, burst: 4}
            response: {status: 503, body: later}
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: RateLimit
        metadata: {name: leaving}
        spec:
          route: {virtualService: sleep, name: all-fields}
          rules:
          - limit: {requests: 100, per: 1s}
          - match: {path: {exact: /api/a}}
            limit: {requests: 1, per: 50ms}
        """;
    }

    /** Every action and every kind of comparison. */
    private static String authorization() {
        var yaml = new StringBuilder();
        for (String action :
                List.of(
                        "action: ALLOW",
                        "action: DENY",
                        "action: AUDIT",
                        "action: CUSTOM, provider: {name: calls}",
                        "action: CUSTOM, provider: {name: requests}",
                        "action: CUSTOM, provider: {name: nobody}")) {
            yaml.append(
                    """
                    ---
                    apiVersion: security.istio.io/v1
                    kind: AuthorizationPolicy
                    metadata: {name: access-NUMBER}
                    spec:
                      ACTION
                      rules:
                      - {}
                      - to: [{operation: {ports: ["80"]}}]
                      - from:
                        - source:
                            principals: [cluster.local/ns/a/sa/b, "*/sa/b", "a*", "*"]
                            requestPrincipals: [a/b, "*", "*/b", "a/*", "*b", "b*"]
                            namespaces: [a, "*b"]
                            ipBlocks: [10.0.0.0/8, "2001:db8::/32"]
                            notRemoteIpBlocks: [10.0.0.1]
                        - source: {serviceAccounts: [a, b/c], trustDomains: [a, "b*", "*"], notPrincipals: [a]}
                        to:
                        - operation:
                            hosts: [a, "*.b", "c.*", "*"]
                            methods: [GET, "P*"]
                            paths: [/a, "/b*", "*/c", "*", "/d/{*}", "/e/{**}/f", "/{*}/g/{**}"]
                            notPorts: ["81"]
                        when:
                        - {key: "request.headers[X-a]", values: [b, "*"], notValues: ["*c"]}
                        - {key: request.auth.audiences, values: [a]}
                        - {key: request.auth.presenter, values: ["*"]}
                        - {key: "request.auth.claims[a][b]", notValues: ["c*"]}
                        - {key: connection.sni, values: ["*.example.com", "*"]}
                        - {key: destination.ip, values: [10.0.0.0/8]}
                        - {key: "experimental.envoy.filters.a.b[c]", values: [d, "[e*]"]}
                    """
                            .replace("NUMBER", Integer.toString(yaml.length()))
                            .replace("ACTION", action.replace(", ", "\n  ")));
        }
        yaml.append(
                """
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: tried, annotations: {istio.io/dry-run: "true"}}
                spec: {action: DENY, rules: [{to: [{operation: {paths: [/tried]}}]}]}
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ClusterRbacConfig
                metadata: {name: default}
                spec: {mode: 'ON'}
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ServiceRole
                metadata: {name: viewer}
                spec:
                  rules:
                  - services: ["*"]
                    methods: [GET]
                    paths: ["/a*"]
                    constraints:
                    - {key: "request.headers[x]", values: [y]}
                    - {key: destination.port, values: ["80"]}
                  - {ports: [80]}
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ServiceRoleBinding
                metadata: {name: bind}
                spec:
                  subjects:
                  - {user: "*"}
                  - {names: [a], groups: [b], properties: {"request.auth.claims[c]": d}}
                  roleRef: {kind: ServiceRole, name: viewer}
                """);
        return yaml.toString();
    }

    /** Keys of every type, and of an unknown one; places of every kind. */
    private static String tokens() {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: tokens}
        spec:
          jwtRules:
          - issuer: https://a.example.com
            audiences: [a, b]
            jwks: >-
              {"keys": [
                {"kty": "EC", "kid": "k", "crv": "P-256",
                 "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                 "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
                {"kty": "OKP", "alg": "EdDSA", "crv": "Ed25519",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                {"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMk"},
                {"kty": "other"}]}
            fromHeaders: [{name: x-token, prefix: "jwt "}, {name: y-token}]
            fromParams: [token]
            fromCookies: [session]
            outputPayloadToHeader: x-payload
            outputClaimToHeaders: [{header: x-sub, claim: sub}]
            forwardOriginalToken: true
            spaceDelimitedClaims: [roles]
          - {issuer: later, jwksUri: "http://127.0.0.1:1/keys"}
        ---
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: default}
        spec:
          peers: [{mtls: {mode: PERMISSIVE}}]
          origins:
          - jwt:
              issuer: b
              jwks: '{"keys": [{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMk"}]}'
              triggerRules: [{excludedPaths: [{suffix: .css}, {regex: "/[0-9]+"}], includedPaths: [{prefix: /}]}]
          originIsOptional: true
        """;
    }

    /** Checks of every kind, for Services of {@link #destinationRules}. */
    private static String healthChecks() {
        List<String> checks =
                List.of(
                        "grpc: {service: a.B}, unhealthyThreshold: 1, healthyThreshold: 1",
                        "tcp: {send: PING, receive: [PO, NG]}, timeout: 1s, interval: 3s",
                        "http: {path: /h, host: a, method: HEAD, http2: true,"
                                + " expectedStatuses: [{start: 200, end: 300}]}, checkPort: 8081,"
                                + " intervalJitter: 1s, unhealthyInterval: 2s",
                        "tcp: {}",
                        "http: {path: /}");
        var yaml = new StringBuilder();
        for (int i = 0; i < checks.size(); i++) {
            yaml.append(
                    """
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: HealthCheck
                    metadata: {name: check-NUMBER}
                    spec: {host: policy-NUMBER, CHECK}
                    """
                            .replace("NUMBER", Integer.toString(i))
                            .replace("CHECK", checks.get(i)));
        }
        return yaml.toString();
    }

    /** Rules of every kind, each for a Service of its own. */
    private static String destinationRules() {
        List<String> policies =
                List.of(
                        """
                        connectionPool:
                          tcp:
                            {maxConnections: 1, connectTimeout: 30ms, maxConnectionDuration: 1h, idleTimeout: 0s,
                             tcpKeepalive: {probes: 3, time: 7200s, interval: 75s}}
                          http:
                            {http1MaxPendingRequests: 1, http2MaxRequests: 2, maxRequestsPerConnection: 3,
                             maxRetries: 4, idleTimeout: 5s, h2UpgradePolicy: UPGRADE,
                             http2KeepAlive: {interval: 15s, timeout: 5s}}
                        """,
                        """
                        retryBudget: {percent: 25, minRetryConcurrency: 5, budgetInterval: 10s}
                        outlierDetection:
                          {consecutiveGatewayErrors: 0, consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 3m,
                           splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 3,
                           maxEjectionPercent: 100, minHealthPercent: 40}
                        loadBalancer:
                          simple: ROUND_ROBIN
                          warmup: {duration: 5s, minimumPercent: 5, aggression: 2}
                          localityLbSetting: {failover: [{from: a, to: b}]}
                        """,
                        """
                        outlierDetection: {consecutiveErrors: 3, outlierDetectionHttpErrorCodes: [429, 503]}
                        loadBalancer:
                          simple: LEAST_REQUEST
                          warmupDurationSecs: 5s
                          localityLbSetting: {failoverPriority: [topology.kubernetes.io/region, version=v1]}
                        """,
                        "loadBalancer: {simple: PASSTHROUGH}\n",
                        "tunnel: {targetHost: db.example.com, targetPort: 5432}\n",
                        "loadBalancer: {zoneAwareLbSetting: {minClusterSize: 1, failoverPriority: [app]}}\n",
                        "loadBalancer: {localityLbSetting: {distribute: [{from: '*', to: {'*': 100}}]}}\n");
        var yaml = new StringBuilder();
        for (int i = 0; i < policies.size(); i++) {
            String name = "policy-" + i;
            String protocol = policies.get(i).startsWith("tunnel") ? "tcp" : "http";
            yaml.append(TestCluster.service(name, protocol, 9500 + i))
                    .append(TestCluster.slice(name, protocol, 9500 + i, "198.18.1.10=uid-sleep-v1"))
                    .append(
                            """
                            ---
                            apiVersion: networking.istio.io/v1
                            kind: DestinationRule
                            metadata: {name: NAME, annotations: {traffic.fairlead.dev/node-wide-limits: "WIDE"}}
                            spec:
                              host: NAME
                              trafficPolicy:
                            """
                                    .replace("NAME", name)
                                    .replace(
                                            "WIDE",
                                            policies.get(i).contains("budgetInterval")
                                                    ? "false"
                                                    : "true"))
                    .append(policies.get(i).indent(4));
        }
        return yaml.toString();
    }

    private Path bootstrap(int port, String token, Path bundle) throws Exception {
        Path file = folder.resolve("bootstrap.yaml");
        Files.writeString(
                file,
                """
                node: {id: sleep, cluster: test, metadata: {WORKLOAD_UID: uid-sleep-v1}}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                dynamic_resources:
                  ads_config:
                    api_type: DELTA_GRPC
                    transport_api_version: V3
                    grpc_services:
                    - envoy_grpc: {cluster_name: pilot}
                      initial_metadata: [{key: authorization, value: "Bearer %s"}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                  - name: pilot
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: pilot
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        common_tls_context:
                          tls_params: {tls_maximum_protocol_version: TLSv1_3}
                          alpn_protocols: [h2]
                          validation_context:
                            trusted_ca: {filename: "%s"}
                            match_typed_subject_alt_names: [{san_type: URI, matcher: {exact: "%s"}}]
                """
                        .formatted(token, port, bundle, PILOT.uri()));
        return file;
    }

    private void judge(String envoy, Path bootstrap) throws Exception {
        Path adminFile = folder.resolve("admin");
        Path log = folder.resolve("envoy.log");
        Process process =
                new ProcessBuilder(
                                envoy,
                                "-c",
                                bootstrap.toString(),
                                "--admin-address-path",
                                adminFile.toString(),
                                "--use-dynamic-base-id",
                                "--concurrency",
                                "1",
                                "-l",
                                "warning")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            Await.until("admin of " + log, () -> isWritten(adminFile) || !process.isAlive());
            assertThat(process.isAlive()).as(() -> read(log)).isTrue();
            String admin = "http://" + Files.readString(adminFile).strip();
            Await.until("all resources taken, " + log, () -> complete(admin) || rejected(admin));
            assertThat(get(admin + "/stats?filter=update_rejected").lines())
                    .as(() -> read(log))
                    .hasSizeGreaterThan(3)
                    .allMatch(line -> line.endsWith(": 0"));
        } finally {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static boolean isWritten(Path file) throws Exception {
        return Files.exists(file) && Files.size(file) > 0;
    }

    private boolean complete(String admin) throws Exception {
        String dump = get(admin + "/config_dump?include_eds");
        return dump.contains("\"outbound|default") // and what selects within the namespace
                && dump.contains("\"inbound|uid-sleep-v1\"")
                && dump.contains("\"outbound|9080|v3|reviews.default.svc.cluster.local\"")
                && dump.contains("\"InboundPassthroughCluster")
                && dump.contains("\"outbound|9080|default")
                && dump.contains("all-matches")
                && dump.contains("all-fields")
                && dump.contains("row-0.example.com:80")
                && dump.contains("198.18.2.13");
    }

    private boolean rejected(String admin) throws Exception {
        return get(admin + "/stats?filter=update_rejected")
                .lines()
                .anyMatch(line -> !line.endsWith(": 0"));
    }

    private String get(String uri) throws Exception {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create(uri)).build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (ConnectException e) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    private static String envoy() {
        String path = System.getenv().getOrDefault("FAIRLEAD_ENVOY", "");
        if (path.isEmpty()) {
            System.err.println("SKIPPED EnvoyAcceptsTest: FAIRLEAD_ENVOY names no envoy binary");
        }
        assumeTrue(!path.isEmpty(), "FAIRLEAD_ENVOY names no envoy binary");
        return path;
    }
}
