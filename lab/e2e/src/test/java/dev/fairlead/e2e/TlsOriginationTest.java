package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods that speak plain HTTP to servers outside the mesh that want HTTPS, one of them with a
 * certificate of the client's.
 */
@Tag("lab")
class TlsOriginationTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final List<String> CLIENTS = List.of("originate", "originate-other");

    @TempDir static Path folder;
    private static Lab lab;
    private static Nginx nginx;

    @BeforeAll
    static void pods() throws IOException {
        lab = LAB.lab();
        nginx = new Nginx(folder);
        nginx.certify("open", "open.servers");
        nginx.certify("closed", "closed.servers");
        nginx.certify("named", "elsewhere.example");
        nginx.certify("client");
        StringBuilder manifest = new StringBuilder(Echo.namespace("servers", false));
        manifest.append(nginx.manifest("servers", "open", "node-1", "off", Nginx.BOTH))
                .append(nginx.manifest("servers", "closed", "node-2", "on", Nginx.BOTH))
                .append(nginx.manifest("servers", "named", "node-2", "off", Nginx.BOTH));
        for (String namespace : CLIENTS) {
            manifest.append(Echo.namespace(namespace, true))
                    .append(new Echo(namespace, "client", "node-1", Map.of(), Map.of()).manifest());
        }
        file("originate", "ca.pem", "ca.pem");
        file("originate-other", "ca.pem", "ca.pem");
        file("originate", "cert.pem", "client.pem");
        file("originate", "key.pem", "client.key");
        lab.apply(manifest.toString());
    }

    /** As who runs a node would give it to the pods of a namespace. */
    private static void file(String namespace, String name, String from) throws IOException {
        Path into = lab.folder().resolve("credentials").resolve(namespace).resolve("etc/certs");
        Files.createDirectories(into);
        Files.writeString(into.resolve(name), nginx.text(from));
    }

    /** A rule of the servers' namespace, for all clients. */
    private static void rule(String host, String tls) {
        lab.apply(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: %1$s, namespace: servers}
                spec:
                  host: %1$s.servers.svc.cluster.local
                  trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {%2$s}}]}
                """
                        .formatted(host, tls));
    }

    private static Curl call(String namespace, String host) {
        return Curl.from(lab, namespace, "client", "http://" + host + ".servers/");
    }

    @Test
    void simple() {
        assertThat(call("originate", "open").status()).isEqualTo(400); // plain HTTP to HTTPS

        rule("open", "mode: SIMPLE, caCertificates: /etc/certs/ca.pem");

        for (String namespace : CLIENTS) {
            assertThat(call(namespace, "open").body())
                    .isEqualTo("Welcome to nginx! asked by open.servers, client , TLSv1.3\n");
        }
    }

    /**
     * The Secret is the client's namespace's own; its key goes to no other, and with the Secret.
     */
    @Test
    void secretsOfTheClientsNamespace() {
        rule("closed", "mode: MUTUAL, credentialName: client-credential");
        assertThat(call("originate", "closed").status()).isEqualTo(503);

        String secret =
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: client-credential, namespace: originate}
                type: kubernetes.io/tls
                stringData:
                  ca.crt: |
                %s  tls.crt: |
                %s  tls.key: |
                %s\
                """
                        .formatted(
                                nginx.text("ca.pem").indent(4),
                                nginx.text("client.pem").indent(4),
                                nginx.text("client.key").indent(4));
        lab.apply(secret);

        Lab.await(
                "the Secret is in use",
                () -> call("originate", "closed").body().contains("client CN=client"));
        assertThat(call("originate-other", "closed").status()).isEqualTo(503);
        lab.delete(secret);
    }

    @Test
    void aServerOfAnotherNameOrUnknownIsNotAsked() {
        rule("named", "mode: SIMPLE, caCertificates: /etc/certs/ca.pem");
        Curl refused = call("originate", "named");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("TLS_error");
        assertThat(stat("ssl_fail_verify_san")).isPositive();

        rule("named", "mode: SIMPLE"); // known by nobody that the agent's image trusts
        assertThat(call("originate", "named").status()).isEqualTo(503);
        assertThat(stat("ssl_fail_verify_error")).isPositive();

        rule(
                "named",
                "mode: SIMPLE, caCertificates: /etc/certs/ca.pem, subjectAltNames:"
                        + " [elsewhere.example]");
        assertThat(call("originate", "named").status()).isEqualTo(200);

        rule("named", "mode: SIMPLE, insecureSkipVerify: true");
        assertThat(call("originate", "named").status()).isEqualTo(200);
    }

    private static long stat(String name) {
        String text =
                lab.node("node-1", "curl", "-s", "localhost:15000/stats?filter=named.*" + name)
                        .ok();
        return text.lines()
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The same rule for all; the key is that of one namespace, and no other can use it. */
    @Test
    void mutual() {
        rule(
                "closed",
                "mode: MUTUAL, caCertificates: /etc/certs/ca.pem,"
                        + " clientCertificate: /etc/certs/cert.pem, privateKey: /etc/certs/key.pem");

        assertThat(call("originate", "closed").body())
                .isEqualTo(
                        "Welcome to nginx! asked by closed.servers, client CN=client, TLSv1.3\n");
        assertThat(call("originate-other", "closed").status()).isEqualTo(503);

        rule("closed", "mode: SIMPLE, caCertificates: /etc/certs/ca.pem");
        Curl without = call("originate", "closed");
        assertThat(without.status()).isEqualTo(400);
        assertThat(without.body()).contains("No required SSL certificate was sent");
    }
}
