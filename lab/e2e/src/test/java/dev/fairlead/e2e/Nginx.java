package dev.fairlead.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Real nginx servers with HTTPS on 8443, and the certificates of an authority of their own: {@code
 * ca.pem}, {@code NAME.pem} and {@code NAME.key} in a folder.
 */
final class Nginx {

    static final String HTTPS = "{name: https, port: 443, targetPort: 8443}";

    /**
     * Both lead to HTTPS: for clients that speak plain HTTP and have somebody to make TLS of it.
     */
    static final String BOTH = "{name: http, port: 80, targetPort: 8443}, " + HTTPS;

    private final Path folder;

    /** Makes the authority. */
    Nginx(Path folder) {
        this.folder = folder;
        openssl("req -x509 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=outside" + EC);
    }

    private static final String EC = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1";

    /** A certificate of these DNS names. */
    void certify(String name, String... dns) {
        StringBuilder names = new StringBuilder("subjectAltName=DNS:" + name);
        for (String each : dns) {
            names.append(",DNS:").append(each);
        }
        openssl(
                "req -new -nodes -keyout NAME.key -out NAME.csr -subj /CN=NAME -addext "
                                .replace("NAME", name)
                        + names
                        + EC);
        openssl(
                "x509 -req -in NAME.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                                .replace("NAME", name)
                        + " -copy_extensions copy -out "
                        + name
                        + ".pem");
    }

    private void openssl(String arguments) {
        Launcher.run(
                        Map.of(),
                        "",
                        List.of("sh", "-c", "cd '%s' && openssl %s".formatted(folder, arguments)))
                .ok();
    }

    String text(String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A server with a Service of its name.
     *
     * @param verifyClients {@code on}: it lets in whoever has a certificate of the authority
     * @param ports the Service's
     */
    String manifest(
            String namespace, String name, String node, String verifyClients, String ports) {
        return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %1$s-tls, namespace: %2$s}
        stringData:
          ca.pem: |
        %5$s  server.pem: |
        %6$s  server.key: |
        %7$s---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: %1$s-conf, namespace: %2$s}
        data:
          nginx.conf: |
            daemon off;
            user root;
            pid /tmp/nginx.pid;
            events {}
            http {
              access_log off;
              client_body_temp_path /tmp/body;
              proxy_temp_path /tmp/proxy;
              fastcgi_temp_path /tmp/fastcgi;
              uwsgi_temp_path /tmp/uwsgi;
              scgi_temp_path /tmp/scgi;
              server {
                listen 8443 ssl;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_certificate /etc/tls/server.pem;
                ssl_certificate_key /etc/tls/server.key;
                ssl_client_certificate /etc/tls/ca.pem;
                ssl_verify_client %4$s;
                location / {
                  return 200 "Welcome to nginx! asked by $ssl_server_name, client $ssl_client_s_dn, $ssl_protocol\\n";
                }
              }
            }
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: %1$s, namespace: %2$s}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, namespace: %2$s, labels: {app: %1$s}}
        spec:
          serviceAccountName: %1$s
          nodeName: %3$s
          terminationGracePeriodSeconds: 0
          containers:
          - name: nginx
            image: peers/nginx
            ports: [{containerPort: 8443}]
            readinessProbe: {tcpSocket: {port: 8443}, periodSeconds: 1}
            volumeMounts:
            - {name: conf, mountPath: /etc/nginx}
            - {name: tls, mountPath: /etc/tls}
          volumes:
          - {name: conf, configMap: {name: %1$s-conf}}
          - {name: tls, secret: {secretName: %1$s-tls}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: %2$s}
        spec: {selector: {app: %1$s}, ports: [%8$s]}
        ---
        """
                .formatted(
                        name,
                        namespace,
                        node,
                        verifyClients,
                        text("ca.pem").indent(4),
                        text(name + ".pem").indent(4),
                        text(name + ".key").indent(4),
                        ports);
    }
}
