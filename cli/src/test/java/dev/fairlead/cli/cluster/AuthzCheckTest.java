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

/** {@code authz check} of files. */
class AuthzCheckTest {

    private static final String OBJECTS =
            """
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
            kind: AuthorizationPolicy
            metadata: {name: nothing}
            spec: {}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: tried, annotations: {istio.io/dry-run: "true"}}
            spec: {action: DENY, targetRefs: [{kind: Service, name: a}], rules: [{}]}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: ask}
            spec: {action: CUSTOM, provider: {name: b}, rules: [{to: [{operation: {paths: [/]}}]}]}
            """;

    @TempDir Path folder;

    @Test
    void rulesAreListedInTheOrderInWhichTheyDecide() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), OBJECTS);
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int status =
                new CommandLine(new AuthzCheck(out)).execute("a-1.default", "-f", file.toString());
        assertThat(status).isZero();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        pod default/a-1
                          port 80
                            DENY, nobody is b: ns[default]-policy[ask]-rule[0]
                            DENY, dry run: ns[default]-policy[tried]-rule[0]
                            ALLOW: ns[default]-policy[nothing]-rule[0] (fits nothing)
                          port others
                            DENY, nobody is b: ns[default]-policy[ask]-rule[0]
                            ALLOW: ns[default]-policy[nothing]-rule[0] (fits nothing)
                        """);
    }
}
