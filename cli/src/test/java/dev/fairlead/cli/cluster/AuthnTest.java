package dev.fairlead.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.TlsCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code authn tls-check} of files. */
class AuthnTest {

    private static final String OBJECTS =
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: default, annotations: {fairlead.dev/mesh: enabled}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: a-1, labels: {app: a}, uid: uid-a}
            spec: {nodeName: n, serviceAccountName: a, containers: [{name: a}]}
            status: {podIP: 198.18.1.1, podIPs: [{ip: 198.18.1.1}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: a}
            spec: {clusterIP: 198.19.0.1, selector: {app: a}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default}
            spec: {mtls: {mode: STRICT}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: a}
            spec: {host: a, trafficPolicy: {tls: {mode: %s}}}
            """;

    @TempDir Path folder;

    private int check(String mode, String... more) throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), OBJECTS.formatted(mode));
        var words = new java.util.ArrayList<>(List.of("tls-check", "a-1", "-f", file.toString()));
        words.addAll(List.of(more));
        return new CommandLine(new Authn()).execute(words.toArray(String[]::new));
    }

    @Test
    void exitsByWhetherThereIsAConflict() throws IOException {
        assertThat(check("ISTIO_MUTUAL")).isZero();
        assertThat(check("DISABLE", "a.default")).isEqualTo(1);
        assertThat(check("DISABLE", "b")).isNotZero();
    }

    @Test
    void aLineAPort() {
        var said = new ByteArrayOutputStream();
        Authn.print(
                List.of(
                        new TlsCheck.Line(
                                "a.default", 80, true, "mTLS", "HTTP", "p/default", "r/default")),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThat(said.toString(StandardCharsets.UTF_8).lines().toList().get(1).split(" +"))
                .containsExactly(
                        "a.default:80", "CONFLICT", "mTLS", "HTTP", "p/default", "r/default");
    }
}
