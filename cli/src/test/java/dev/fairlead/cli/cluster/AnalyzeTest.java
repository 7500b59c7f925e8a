package dev.fairlead.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code analyze} of files. */
class AnalyzeTest {

    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec: {clusterIP: 198.19.0.1, ports: [{name: http, port: 9080}]}
            """;
    private static final String ROUTE =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s}
            spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews%s}}]}]}
            """;

    @TempDir Path folder;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String... args) {
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new CommandLine(new Analyze(out)).execute(args);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private String file(String name, String... documents) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("---\n", documents)).toString();
    }

    @Test
    void nothingIsSaidOfWhatIsRight() throws IOException {
        assertThat(run("-f", file("a.yaml", SERVICE, ROUTE.formatted("a", "")))).isZero();
        assertThat(said()).isEmpty();
    }

    @Test
    void anErrorIsALineAndTheExitCode() throws IOException {
        String wrong = ROUTE.formatted("a", ", port: {number: 0}");
        assertThat(run("-f", file("a.yaml", SERVICE, wrong))).isEqualTo(1);
        assertThat(said())
                .isEqualTo(
                        "ERROR VirtualService default/a spec.http[0].route[0].destination.port.number:"
                                + " must be a whole number from 1 to 65535\n");
    }

    @Test
    void aWarningIsNoFailure() throws IOException {
        assertThat(run("-f", file("a.yaml", ROUTE.formatted("a", "")))).isZero();
        assertThat(said())
                .isEqualTo(
                        "WARNING VirtualService default/a spec.http[0].route[0].destination.host:"
                                + " no Service is reviews.default.svc.cluster.local\n");
    }

    @Test
    void filesAreLookedAtTogether() throws IOException {
        file("service.yaml", SERVICE);
        file("route.yml", ROUTE.formatted("a", ""));
        file("notes.txt", "no object");
        assertThat(run("-f", folder.toString())).isZero();
        assertThat(said()).isEmpty();
    }

    @Test
    void aNamespaceNarrowsIt() throws IOException {
        String other = ROUTE.formatted("b, namespace: shop", "");
        String both = file("a.yaml", ROUTE.formatted("a", ""), other);
        assertThat(run("-f", both, "-n", "shop")).isZero();
        assertThat(said().lines())
                .allMatch(line -> line.startsWith("WARNING VirtualService shop/"));
    }

    @Test
    void jsonSaysTheSame() throws IOException {
        assertThat(run("-f", file("a.yaml", ROUTE.formatted("a", "")), "-o", "json")).isZero();
        assertThat(said())
                .contains("\"level\" : \"WARNING\"", "\"kind\" : \"VirtualService\"")
                .contains("\"field\" : \"spec.http[0].route[0].destination.host\"");
    }

    /** Another mesh may live there. */
    @Test
    void aKindThatIsNotServedIsOnlyAWarningInANamespaceThatIsNotInTheMesh() throws IOException {
        String gateway =
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: door, namespace: shop}
                spec: {}
                """;
        String namespace =
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {%s}}\n";
        String outside = file("a.yaml", gateway, namespace.formatted(""));
        String inside = file("b.yaml", gateway, namespace.formatted("istio-injection: enabled"));
        assertThat(run("-f", outside)).isZero();
        assertThat(run("-f", inside)).isEqualTo(1);
        assertThat(said())
                .isEqualTo(
                        "WARNING Gateway shop/door kind Gateway not supported yet\n"
                                + "ERROR Gateway shop/door kind Gateway not supported yet\n");
    }
}
