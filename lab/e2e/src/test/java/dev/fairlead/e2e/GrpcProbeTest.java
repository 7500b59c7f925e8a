package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Probes of gRPC's health service, under STRICT: fortio's server is asked, as a kubelet would. */
@Tag("lab")
class GrpcProbeTest {

    @RegisterExtension static final SharedLab SHARED = SharedLab.MODERN;

    private static final String NAMESPACE = "grpc-probe";

    private static final String INSIDE =
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: grpc-probe, annotations: {fairlead.dev/mesh: enabled}}
            """;

    private static final String STRICT =
            """
            apiVersion: security.istio.io/v1beta1
            kind: PeerAuthentication
            metadata: {name: default, namespace: grpc-probe}
            spec: {mtls: {mode: STRICT}}
            """;

    private static Lab lab;

    @BeforeAll
    static void strictNamespace() {
        lab = SHARED.lab();
        Launcher.run(
                        Map.of(),
                        "",
                        List.of(
                                Launcher.ROOT.resolve("samples/tools/provision").toString(),
                                "fortio"))
                .ok();
        lab.apply(INSIDE + "---\n" + STRICT);
    }

    @AfterAll
    static void gone() {
        lab.delete(INSIDE); // and all in it
    }

    private static String pod(String name, String probe) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: fortio
            image: fairlead/fortio:1
            ports: [{containerPort: 8079}]
            readinessProbe: {grpc: %s, periodSeconds: 1}
        """
                .formatted(name, NAMESPACE, probe);
    }

    private static String row(String pod) {
        return lab.run("get", "pods", "-n", NAMESPACE)
                .ok()
                .lines()
                .filter(line -> line.startsWith(pod + " "))
                .findFirst()
                .orElse("");
    }

    @Test
    void aPodWhoseGrpcServerServesIsReady() {
        String well = pod("well", "{port: 8079}");

        try {
            lab.apply(well);
            assertThat(row("well")).contains("1/1");
        } finally {
            lab.delete(well);
        }
    }

    @Test
    void aServiceThatTheServerDoesNotKnowIsNotReady() {
        String unknown = pod("unknown", "{port: 8079, service: nobody}");
        String well = pod("witness", "{port: 8079}");

        lab.tryApply(unknown).ok(); // to wait would be to wait for both
        lab.tryApply(well).ok(); // begun later, and asked as often
        try {
            Lab.await("the witness is ready", () -> row("witness").contains("1/1"));
            assertThat(row("unknown")).contains("0/1");
        } finally {
            lab.delete(unknown);
            lab.delete(well);
        }
    }
}
