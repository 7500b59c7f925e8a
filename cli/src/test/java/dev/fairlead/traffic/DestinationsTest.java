package dev.fairlead.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.access.App;
import dev.fairlead.access.PaperMesh;
import dev.fairlead.traffic.Departure.Spoken;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which Service is meant: by address, port, what is spoken, and the name that a request says.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/pilot/common/routing.go (hostCases,
 * serviceCases, protocolSniffingCases); pilot/pkg/networking/core/sidecar_simulation_test.go
 * (TestHeadlessServices, TestPassthroughTraffic); httproute_test.go
 * (TestGenerateVirtualHostDomains).
 */
class DestinationsTest {

    private static final String UNKNOWN = "203.0.113.9";

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "headless", 3).withoutClusterAddress());

    /** Ports that nobody declares, before b and before the pod without a Service's address. */
    private static final String UNDECLARED = undeclared("b", "198.19.0.12", 2);

    private static final String UNDECLARED_HEADLESS = undeclared("headless", "None", 3);

    private static String undeclared(String app, String address, int number) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s-auto, namespace: ns1}
        spec: {clusterIP: %2$s, selector: {app: %1$s}, ports: [{name: auto, port: 81}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %1$s-auto, namespace: ns1, labels: {kubernetes.io/service-name: %1$s-auto}}
        ports: [{name: auto, port: 81}]
        endpoints: [{addresses: [198.18.1.%3$d], conditions: {ready: true}, targetRef: {kind: Pod, uid: uid-ns1-%1$s}}]
        """
                .formatted(app, address, number);
    }

    private static final PaperMesh MESH = PaperMesh.of(APPS, UNDECLARED, UNDECLARED_HEADLESS);

    private static Departure call(PaperMesh mesh, String address, int port) {
        return new Departure(mesh, mesh.app("ns1/a"), address, port);
    }

    @ParameterizedTest
    @CsvSource({
        "198.19.0.2,  80,   HTTP,  b.ns1,        outbound|80||b.ns1",
        "198.19.0.2,  85,   HTTP2, b.ns1,        outbound|85||b.ns1",
        "198.19.0.2,  7070, HTTP2, b.ns1,        outbound|7070||b.ns1",
        "198.19.0.2,  90,   BYTES, '',           bytes outbound|90||b.ns1",
        "198.19.0.2,  90,   HTTP,  b.ns1,        bytes outbound|90||b.ns1",
        "198.19.0.2,  443,  TLS,   '',           bytes outbound|443||b.ns1",
        "198.19.0.12, 81,   HTTP,  b-auto.ns1,   outbound|81||b-auto.ns1",
        "198.19.0.12, 81,   HTTP2, b-auto.ns1,   outbound|81||b-auto.ns1",
        "198.19.0.12, 81,   BYTES, '',           bytes outbound|81||b-auto.ns1",
        "198.19.0.12, 81,   TLS,   '',           bytes outbound|81||b-auto.ns1",
        // whoever has no address of its own is known by its pods'
        "198.18.1.3,  80,   HTTP,  headless.ns1, outbound|80||headless.ns1",
        "198.18.1.3,  90,   BYTES, '',           bytes outbound|90||headless.ns1",
        "198.18.1.3,  443,  TLS,   '',           bytes outbound|443||headless.ns1",
        "198.18.1.3,  81,   HTTP,  headless-auto.ns1, outbound|81||headless-auto.ns1",
        "198.18.1.3,  81,   BYTES, '',           bytes outbound|81||headless-auto.ns1",
        "198.18.1.3,  81,   TLS,   '',           bytes outbound|81||headless-auto.ns1"
    })
    void whatIsSpokenToAService(
            String address, int port, Spoken spoken, String host, String outcome) {
        assertThat(call(MESH, address, port).speaking(spoken).host(host).outcome())
                .isEqualTo(outcome);
    }

    /** A port in the name need not be the one that the connection was made to. */
    @ParameterizedTest
    @CsvSource({
        "%s.ns1.svc.cluster.local",
        "%s.ns1.svc.cluster.local.",
        "%s.ns1.svc",
        "%s.ns1",
        "%s",
        "some-pod.%s.ns1.svc.cluster.local",
        "some-pod.%s.ns1.svc",
        "some-pod.%s"
    })
    void namesOfAServiceWithoutAnAddress(String name) {
        for (int port : new int[] {80, 81}) {
            String service = port == 80 ? "headless" : "headless-auto";
            for (String said : List.of("", ":" + port, ":12345")) {
                String host = name.formatted(service) + said;
                assertThat(call(MESH, "198.18.1.3", port).host(host).outcome())
                        .as(host)
                        .isEqualTo("outbound|" + port + "||" + service + ".ns1");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "b,              outbound|80||b.ns1",
        "B.NS1,          outbound|80||b.ns1",
        "b.ns1.svc:12345, outbound|80||b.ns1",
        "198.19.0.2,     outbound|80||b.ns1",
        "198.19.0.2:80,  outbound|80||b.ns1",
        "b.ns2,          PassthroughCluster",
        "pod.b,          PassthroughCluster",
        "b:x,            PassthroughCluster"
    })
    void namesOfAServiceWithOne(String host, String outcome) {
        assertThat(call(MESH, "198.19.0.2", 80).host(host).outcome()).isEqualTo(outcome);
    }

    /** Unlike Istio, which keeps aliases (docs/differences.md). Bytes go by address in both. */
    @ParameterizedTest
    @CsvSource({"80, HTTP,  PassthroughCluster", "90, BYTES, bytes outbound|90||b.ns1"})
    void aServiceOfAnExternalNameIsNoOtherName(int port, Spoken spoken, String outcome) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: alias, namespace: ns1}
                        spec: {type: ExternalName, externalName: b.ns1.svc.cluster.local}
                        """);
        assertThat(call(mesh, "198.19.0.2", port).speaking(spoken).host("alias").outcome())
                .isEqualTo(outcome);
    }

    /**
     * To an address of no Service, on ports on which Services are. What is not HTTP on a port of
     * HTTP is the one row that Istio has otherwise (docs/differences.md).
     */
    @ParameterizedTest
    @CsvSource({
        "80,   HTTP,  PassthroughCluster,       502",
        "85,   HTTP,  PassthroughCluster,       502",
        "7070, HTTP2, PassthroughCluster,       502",
        "80,   TLS,   not HTTP,                 not HTTP",
        "81,   HTTP,  bytes PassthroughCluster, bytes BlackHoleCluster",
        "81,   TLS,   bytes PassthroughCluster, bytes BlackHoleCluster",
        "81,   BYTES, bytes PassthroughCluster, bytes BlackHoleCluster",
        "90,   BYTES, bytes PassthroughCluster, bytes BlackHoleCluster",
        "443,  TLS,   bytes PassthroughCluster, bytes BlackHoleCluster",
        "6000, BYTES, bytes PassthroughCluster, bytes BlackHoleCluster"
    })
    void whatNobodyKnows(int port, Spoken spoken, String anywhere, String registryOnly) {
        PaperMesh strict =
                PaperMesh.of(
                        APPS,
                        UNDECLARED,
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: mesh, namespace: fairlead-system}
                        data: {mesh: "{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}"}
                        """);
        assertThat(call(MESH, UNKNOWN, port).speaking(spoken).host("foo").outcome())
                .isEqualTo(anywhere);
        assertThat(call(strict, UNKNOWN, port).speaking(spoken).host("foo").outcome())
                .isEqualTo(registryOnly);
    }

    /** Two Services before one pod: each leads to its own port there, whatever they share. */
    @ParameterizedTest
    @CsvSource({"http, 80, 80", "tcp, 80, 9090", "http, 12345, 80", "http, 12346, 18092"})
    void servicesOfOnePod(String declared, int port, int target) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: b-alt, namespace: ns1}
                        spec: {clusterIP: 198.19.0.13, selector: {app: b}, ports: [{name: %1$s, port: %2$d, targetPort: %3$d}]}
                        ---
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: {name: b-alt, namespace: ns1, labels: {kubernetes.io/service-name: b-alt}}
                        ports: [{name: %1$s, port: %3$d}]
                        endpoints: [{addresses: [198.18.1.2], conditions: {ready: true}, targetRef: {kind: Pod, uid: uid-ns1-b}}]
                        """
                                .formatted(declared, port, target));
        boolean bytes = declared.equals("tcp");
        String cluster = "outbound|" + port + "||b-alt.ns1";
        assertThat(
                        call(mesh, "198.19.0.13", port)
                                .speaking(bytes ? Spoken.BYTES : Spoken.HTTP)
                                .host("b-alt")
                                .outcome())
                .isEqualTo((bytes ? "bytes " : "") + cluster);
        assertThat(mesh.endpoints(mesh.app("ns1/a"), cluster + ".svc.cluster.local"))
                .containsExactly("198.18.1.2:" + target);
        assertThat(mesh.endpoints(mesh.app("ns1/a"), "outbound|80||b.ns1.svc.cluster.local"))
                .containsExactly("198.18.1.2:80");
    }
}
