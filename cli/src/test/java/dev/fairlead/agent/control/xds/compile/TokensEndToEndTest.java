package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.token.Authentication;
import dev.fairlead.agent.data.token.JwtStatus;
import dev.fairlead.agent.data.token.PodTokens;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtRequirement;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.generate.Snapshot;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.source.DirectorySource;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.DirectoryStatusStore;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From an object to a verdict, both processes' code in one: a token that lives five seconds holds
 * for five seconds (walk-through point 26).
 */
class TokensEndToEndTest {

    private static final long BORN = 1_700_000_000;
    private static final Set<String> OBSERVED = Set.of("Pod", "Node");

    private static final List<String> CLUSTER =
            List.of(
                    """
                    {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
                    """,
                    """
                    {"apiVersion": "v1", "kind": "Pod",
                     "metadata": {"name": "httpbin", "namespace": "default", "uid": "uid-1", "labels": {"app": "httpbin"}},
                     "spec": {"nodeName": "node-1", "serviceAccountName": "httpbin", "containers": []},
                     "status": {"podIP": "198.18.1.10", "podIPs": [{"ip": "198.18.1.10"}], "phase": "Running"}}
                    """,
                    """
                    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "httpbin", "namespace": "default"},
                     "spec": {"clusterIP": "198.19.0.1", "selector": {"app": "httpbin"}, "ports": [{"name": "http", "port": 8000}]}}
                    """);

    private static final String OLD_MESH =
            """
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mesh", "namespace": "fairlead-system"},
             "data": {"mesh": "compat: istio-1.0"}}
            """;

    private static final String OLD_POLICY =
            """
            {"apiVersion": "authentication.istio.io/v1alpha1", "kind": "Policy",
             "metadata": {"name": "jwt-example", "namespace": "default"},
             "spec": {"targets": [{"name": "httpbin"}], "principalBinding": "USE_ORIGIN",
                      "origins": [{"jwt": {"issuer": "testing@secure.istio.io", "jwks": ""}}]}}
            """;

    private static final String REQUEST_AUTHENTICATION =
            """
            {"apiVersion": "security.istio.io/v1", "kind": "RequestAuthentication",
             "metadata": {"name": "jwt-example", "namespace": "default"},
             "spec": {"selector": {"matchLabels": {"app": "httpbin"}},
                      "jwtRules": [{"issuer": "testing@secure.istio.io", "jwks": ""}]}}
            """;

    @TempDir Path folder;
    private long now = BORN;
    private final PodTokens tokens = new PodTokens(() -> now);

    @Test
    void inAnOldMesh() throws Exception {
        OctetSequenceKey key = key();
        JwtAuthn authn = served(key, OLD_MESH, OLD_POLICY);
        assertThat(authn.body()).isEqualTo("Origin authentication failed.");
        assertThat(status(authn, null)).isEqualTo(JwtStatus.MISSING);
        String token = token(key);
        for (int second = 0; second <= 5; second++) {
            now = BORN + second;
            assertThat(status(authn, token)).as("second %d", second).isEqualTo(JwtStatus.OK);
        }
        now = BORN + 6;
        assertThat(status(authn, token)).isEqualTo(JwtStatus.EXPIRED);
    }

    @Test
    void nowadaysClocksMayBeAMinuteApart() throws Exception {
        OctetSequenceKey key = key();
        JwtAuthn authn = served(key, REQUEST_AUTHENTICATION);
        assertThat(status(authn, null)).isEqualTo(JwtStatus.OK);
        String token = token(key);
        now = BORN + 65;
        assertThat(status(authn, token)).isEqualTo(JwtStatus.OK);
        now = BORN + 66;
        assertThat(status(authn, token)).isEqualTo(JwtStatus.EXPIRED);
        assertThat(status(authn, token(key()))).isEqualTo(JwtStatus.NO_KEY_MATCHES);
    }

    private static OctetSequenceKey key() throws Exception {
        return new OctetSequenceKeyGenerator(256).keyIDFromThumbprint(true).generate();
    }

    private static String token(OctetSequenceKey key) throws Exception {
        JWSObject token =
                new JWSObject(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
                        new Payload(
                                Map.<String, Object>of(
                                        "iss", "testing@secure.istio.io", "exp", BORN + 5)));
        token.sign(new MACSigner(key));
        return token.serialize();
    }

    private JwtStatus status(JwtAuthn authn, String token) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        if (token != null) {
            request.headers().set("authorization", "Bearer " + token);
        }
        JwtRequirement requires = Objects.requireNonNull(authn.rules().getFirst().requires());
        return new Authentication(
                        request, tokens, new WorkerStats().http("uid-1", "http").counters())
                .of(requires);
    }

    /** What the agent makes of what pilot-lite makes of these. */
    private JwtAuthn served(OctetSequenceKey key, String... objects) throws Exception {
        String keys = "{\\\"keys\\\":[" + key.toJSONString().replace("\"", "\\\"") + "]}";
        ObjectMapper json = new ObjectMapper();
        ObjectDirectory applied = new ObjectDirectory(folder.resolve("applied"));
        ObjectDirectory observed = new ObjectDirectory(folder.resolve("observed"));
        List<String> all = new java.util.ArrayList<>(CLUSTER);
        all.addAll(List.of(objects));
        for (String text : all) {
            ObjectNode object =
                    (ObjectNode)
                            json.readTree(
                                    text.replace("\"jwks\": \"\"", "\"jwks\": \"" + keys + "\""));
            boolean fact = OBSERVED.contains(object.path("kind").asText());
            (fact ? observed : applied).put(ObjectKey.of(object), object);
        }
        applied.commit();
        observed.commit();
        var states = new ArrayBlockingQueue<ClusterState>(16);
        try (var store = new DirectoryStatusStore(folder.resolve("status"));
                var source =
                        new DirectorySource(
                                folder,
                                store,
                                new PilotMetrics(),
                                state -> {
                                    states.add(state);
                                    return 1;
                                })) {
            source.start();
            ClusterState state = states.poll(60, TimeUnit.SECONDS);
            var snapshot =
                    new Snapshot(
                            new Snapshot.Revisions(1, 1, 1, 1),
                            MeshCompiler.compile(Objects.requireNonNull(state)));
            var resource =
                    snapshot.agent("node-1", Profile.NEWEST)
                            .get(ResourceType.LISTENER)
                            .get("inbound|uid-1");
            Outcome<Listener> outcome =
                    new ListenerCompiler().compile(resource.name(), resource.body());
            assertThat(outcome).isInstanceOf(Outcome.Compiled.class);
            Listener listener = ((Outcome.Compiled<Listener>) outcome).value();
            return listener.chains().stream()
                    .filter(chain -> chain.filter() instanceof Filter.Http)
                    .map(chain -> ((Filter.Http) chain.filter()).manager().checks())
                    .filter(checks -> !checks.isEmpty())
                    .map(checks -> ((HttpFilter.Tokens) checks.getFirst()).authn())
                    .findFirst()
                    .orElseThrow();
        }
    }
}
