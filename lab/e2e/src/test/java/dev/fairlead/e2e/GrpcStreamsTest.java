package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A hundred gRPC streams that ask and are answered all the time while the route that led them
 * changes and while the endpoint that serves them leaves the Service: they go on until their client
 * ends them, and new ones go where they now belong.
 */
@Tag("lab")
class GrpcStreamsTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final String NAMESPACE = "streams";
    private static final String IMAGE = "peers/grpc-interop";
    private static final String SERVER = "io.grpc.testing.integration.TestServiceServer";
    private static final int STREAMS = 100;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        Peers.need("grpc-interop");
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder(Echo.namespace(NAMESPACE, true));
        manifest.append(JavaPod.programs(NAMESPACE, "GrpcStreams.java"));
        manifest.append(new JavaPod(NAMESPACE, "client", "node-1", IMAGE).idle());
        for (String name : List.of("one", "two")) {
            manifest.append(JavaPod.service(NAMESPACE, name, "[{name: grpc, port: 8080}]"));
            manifest.append(
                    new JavaPod(NAMESPACE, name, "node-2", IMAGE)
                            .server(8080, SERVER, "--port=8080", "--use_tls=false"));
        }
        manifest.append(all("one"));
        lab.apply(manifest.toString());
    }

    /** A Service whose endpoints are the pods of {@code app}. */
    private static String all(String app) {
        return JavaPod.service(NAMESPACE, "all", "[{name: grpc, port: 8080}]")
                .replace("app: all", "app: " + app);
    }

    private static String route(String host) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: one, namespace: streams}
        spec:
          hosts: [one]
          http: [{route: [{destination: {host: %s}}]}]
        ---
        """
                .formatted(host);
    }

    private static InPod streams(String host, int count) {
        List<String> program =
                List.of(JavaPod.command("GrpcStreams.java", host, "8080", Integer.toString(count)));
        InPod streams = new InPod(lab, NAMESPACE, "client", program);
        assertThat(streams.read()).isEqualTo("open " + count);
        return streams;
    }

    private static void assertLiveAndEndWell(InPod streams) {
        streams.send("alive?");
        assertThat(streams.read()).isEqualTo("live " + STREAMS);
        streams.endInput();
        assertThat(streams.read()).isEqualTo("{OK=" + STREAMS + "}");
    }

    @Test
    void aRouteChangeLeavesThemAlone() {
        lab.apply(route("one"));
        try (InPod streams = streams("one", STREAMS)) {
            lab.apply(route("two"));
            try (InPod later = streams("one", 1)) {
                later.endInput();
                assertThat(later.read()).isEqualTo("{OK=1}");
            }
            assertLiveAndEndWell(streams);
        } finally {
            lab.delete(route("one"));
        }
    }

    @Test
    void anEndpointThatLeavesTheServiceKeepsThemToTheirEnd() {
        lab.apply(all("one"));
        try (InPod streams = streams("all", STREAMS)) {
            lab.apply(all("two"));
            assertLiveAndEndWell(streams);
        } finally {
            lab.apply(all("one"));
        }
    }
}
