package dev.fairlead.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.access.App;
import dev.fairlead.access.PaperMesh;
import dev.fairlead.agent.model.listener.ConnectionFacts;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a pod's listener makes of a connection: by the port's declaration, the mode of mTLS, and
 * what is spoken.
 *
 * <p>Source of the rows: istio/istio master, pilot/pkg/networking/core/sidecar_simulation_test.go
 * (TestInbound).
 */
class ArrivalsTest {

    private static final List<App> APPS = List.of(App.of("ns1", "b", 2));

    private static final String UNDECLARED =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: auto, namespace: ns1}
            spec: {clusterIP: 198.19.0.12, selector: {app: b}, ports: [{name: auto, port: 81}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: auto, namespace: ns1, labels: {kubernetes.io/service-name: auto}}
            ports: [{name: auto, port: 81}]
            endpoints: [{addresses: [198.18.1.2], conditions: {ready: true}, targetRef: {kind: Pod, uid: uid-ns1-b}}]
            """;

    /** What a caller speaks. */
    private enum Spoken {
        BYTES(false),
        HTTP(false, "http/1.1"),
        HTTP2(false, "h2c"),
        TLS(true),
        HTTPS(true, "h2", "http/1.1"),
        MTLS_BYTES(true, "istio"),
        MTLS_HTTP(true, "istio-http/1.1", "istio", "http/1.1");

        private final boolean tls;
        private final List<String> protocols;

        Spoken(boolean tls, String... protocols) {
            this.tls = tls;
            this.protocols = List.of(protocols);
        }

        boolean mutual() {
            return name().startsWith("MTLS");
        }

        boolean http() {
            return this == HTTP || this == HTTP2 || this == MTLS_HTTP;
        }
    }

    /**
     * Port 90 is declared TCP, 80 HTTP, 81 is not declared, 6000 is no Service's. TLS of its own to
     * a port of HTTP that may be called plainly is the one row that Istio has otherwise
     * (docs/differences.md).
     */
    @ParameterizedTest(name = "{1} to port {0}")
    @CsvSource({
        "90,   BYTES,      bytes,    bytes,      nothing",
        "90,   HTTP,       bytes,    bytes,      nothing",
        "90,   TLS,        bytes,    bytes,      refused",
        "90,   HTTPS,      bytes,    bytes,      refused",
        "90,   MTLS_BYTES, bytes,    mtls bytes, mtls bytes",
        "90,   MTLS_HTTP,  bytes,    mtls bytes, mtls bytes",
        "80,   HTTP,       http,     http,       nothing",
        "80,   HTTP2,      http,     http,       nothing",
        "80,   BYTES,      not http, not http,   nothing",
        "80,   TLS,        not http, bytes,      refused",
        "80,   HTTPS,      not http, bytes,      refused",
        "80,   MTLS_HTTP,  not http, mtls http,  mtls http",
        "81,   HTTP,       http,     http,       nothing",
        "81,   HTTP2,      http,     http,       nothing",
        "81,   BYTES,      bytes,    bytes,      nothing",
        "81,   TLS,        bytes,    bytes,      refused",
        "81,   HTTPS,      bytes,    bytes,      refused",
        "81,   MTLS_BYTES, bytes,    mtls bytes, mtls bytes",
        "81,   MTLS_HTTP,  bytes,    mtls http,  mtls http",
        "6000, HTTP,       http,     http,       nothing",
        "6000, BYTES,      bytes,    bytes,      nothing",
        "6000, TLS,        bytes,    bytes,      refused",
        "6000, HTTPS,      bytes,    bytes,      refused",
        "6000, MTLS_BYTES, bytes,    mtls bytes, mtls bytes",
        "6000, MTLS_HTTP,  bytes,    mtls http,  mtls http"
    })
    void connections(int port, Spoken spoken, String disable, String permissive, String strict) {
        assertThat(taken("DISABLE", port, spoken)).as("DISABLE").isEqualTo(disable);
        assertThat(taken("PERMISSIVE", port, spoken)).as("PERMISSIVE").isEqualTo(permissive);
        assertThat(taken("STRICT", port, spoken)).as("STRICT").isEqualTo(strict);
    }

    private static String taken(String mode, int port, Spoken spoken) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        UNDECLARED,
                        """
                        apiVersion: security.istio.io/v1
                        kind: PeerAuthentication
                        metadata: {name: default, namespace: istio-system}
                        spec: {mtls: {mode: %s}}
                        """
                                .formatted(mode));
        App app = mesh.app("ns1/b");
        FilterChain chain =
                mesh.inbound(app)
                        .select(
                                new ConnectionFacts(
                                        Objects.requireNonNull(
                                                NetUtil.createInetAddressFromIpAddressString(
                                                        app.address())),
                                        port,
                                        spoken.tls,
                                        "",
                                        spoken.protocols));
        if (chain == null) {
            return "nothing";
        }
        boolean ended = chain.tls() != null;
        if (ended && !spoken.mutual()) {
            return spoken.tls ? "refused" : "nothing"; // for want of a certificate
        }
        if (chain.filter() instanceof Filter.Tcp) {
            return ended ? "mtls bytes" : "bytes";
        }
        if (!spoken.http() || spoken.tls != ended) {
            return "not http";
        }
        return ended ? "mtls http" : "http";
    }
}
