package dev.fairlead.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Manifests of pods that answer with what they were asked, in JSON: HTTP on 8080, lines of TCP on
 * 9000, datagrams on 9001. A pod has a service account of its own name, so that each shows its own
 * identity, and is a client too: curl, openssl and python3 are there.
 */
record Echo(
        String namespace,
        String name,
        String node,
        Map<String, String> labels,
        Map<String, String> annotations) {

    Echo {
        labels = new TreeMap<>(labels);
        annotations = new TreeMap<>(annotations);
    }

    /** A pod of namespace default on any node, with the label {@code app: NAME}. */
    static Echo pod(String name) {
        return new Echo("default", name, "", Map.of("app", name), Map.of());
    }

    Echo in(String other) {
        return new Echo(other, name, node, labels, annotations);
    }

    Echo on(String other) {
        return new Echo(namespace, name, other, labels, annotations);
    }

    Echo labelled(String key, String value) {
        Map<String, String> more = new TreeMap<>(labels);
        more.put(key, value);
        return new Echo(namespace, name, node, more, annotations);
    }

    Echo annotated(String key, String value) {
        Map<String, String> more = new TreeMap<>(annotations);
        more.put(key, value);
        return new Echo(namespace, name, node, labels, more);
    }

    /** What every namespace needs once before its pods: the server's text. */
    static String program(String namespace) {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: echo-program, namespace: %s}
        data:
          echo.py: |
        %s---
        """
                .formatted(namespace, resource("echo.py").indent(4));
    }

    /** A namespace whose pods are enrolled or not, and the server's text in it. */
    static String namespace(String name, boolean enrolled) {
        return """
        apiVersion: v1
        kind: Namespace
        metadata: {name: %s, annotations: {fairlead.dev/mesh: %s}}
        ---
        """
                        .formatted(name, enrolled ? "enabled" : "disabled")
                + program(name);
    }

    /** The pod and its account. */
    String manifest() {
        return """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: %1$s, namespace: %2$s}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, namespace: %2$s, labels: %3$s, annotations: %4$s}
        spec:
          serviceAccountName: %1$s
          %5$s
          terminationGracePeriodSeconds: 0
          containers:
          - name: echo
            image: none
            command: [python3, /etc/echo/echo.py]
            ports: [{containerPort: 8080}]
            readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
            volumeMounts: [{name: program, mountPath: /etc/echo}]
          volumes: [{name: program, configMap: {name: echo-program}}]
        ---
        """
                .formatted(
                        name,
                        namespace,
                        flow(labels),
                        flow(annotations),
                        node.isEmpty() ? "" : "nodeName: " + node);
    }

    /** The pod, and a Service of its name in front of it with {@link #PORTS}. */
    String withService() {
        return manifest() + service(namespace, name, Map.of("app", name), "");
    }

    static final String PORTS =
            "[{name: http, port: 8080}, {name: tcp, port: 9000}, {name: udp, port: 9001, protocol:"
                    + " UDP}]";

    /**
     * @param more further lines of the spec, as YAML's flow style: {@code "clusterIP: None"}
     */
    static String service(
            String namespace, String name, Map<String, String> selector, String more) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: %s}
        spec: {selector: %s, ports: %s%s}
        ---
        """
                .formatted(
                        name,
                        namespace,
                        flow(new TreeMap<>(selector)),
                        PORTS,
                        more.isEmpty() ? "" : ", " + more);
    }

    private static String flow(Map<String, String> map) {
        StringBuilder text = new StringBuilder("{");
        map.forEach((key, value) ->
                text.append(text.length() > 1 ? ", " : "")
                        .append(key)
                        .append(": \"")
                        .append(value)
                        .append('"'));
        return text.append('}').toString();
    }

    /** The address of a pod that runs. */
    static String address(Lab lab, String namespace, String pod) {
        return lab.run("exec", "-n", namespace, pod, "--", "hostname", "-i").ok();
    }

    static String resource(String name) {
        try (InputStream text = Echo.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new AssertionError("no resource " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
