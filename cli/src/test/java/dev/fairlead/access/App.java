package dev.fairlead.access;

import java.util.Map;
import java.util.TreeMap;

/**
 * A pod, its account and its Service, all of one name.
 *
 * @param enrolled whether an agent captures it: it is what Istio's suites call not naked
 */
public record App(
        String namespace,
        String name,
        int number,
        boolean enrolled,
        boolean headless,
        Map<String, String> labels) {

    public App {
        labels = Map.copyOf(labels);
    }

    public static App of(String namespace, String name, int number) {
        return new App(namespace, name, number, true, false, Map.of("app", name));
    }

    public App naked() {
        return new App(namespace, name, number, false, headless, labels);
    }

    public App withoutClusterAddress() {
        return new App(namespace, name, number, enrolled, true, labels);
    }

    public App labelled(String key, String value) {
        Map<String, String> more = new TreeMap<>(labels);
        more.put(key, value);
        return new App(namespace, name, number, enrolled, headless, more);
    }

    public String uid() {
        return "uid-" + namespace + "-" + name;
    }

    /** Each has a node of its own, so that what its agent gets is for it alone. */
    String node() {
        return "node-" + number;
    }

    public String address() {
        return "198.18.1." + number;
    }

    public String host() {
        return name + "." + namespace + ".svc.cluster.local";
    }

    /** As rules write it. */
    String principal() {
        return "cluster.local/ns/" + namespace + "/sa/" + name;
    }

    String manifest() {
        StringBuilder text = new StringBuilder(pod());
        text.append(
                """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %s, namespace: %s}
                spec: {clusterIP: %s, selector: {app: %s}, ports: [%s]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: %s, namespace: %s, labels: {kubernetes.io/service-name: %s}}
                ports: [%s]
                endpoints: [{addresses: [%s], conditions: {ready: true}, targetRef: {kind: Pod, uid: %s}}]
                """
                        .formatted(
                                name,
                                namespace,
                                headless ? "None" : "198.19.0." + number,
                                name,
                                Port.manifest(),
                                name,
                                namespace,
                                name,
                                Port.manifest(),
                                address(),
                                uid()));
        return text.toString();
    }

    private String pod() {
        StringBuilder some = new StringBuilder();
        new TreeMap<>(labels)
                .forEach((key, value) ->
                        some.append(some.isEmpty() ? "" : ", ")
                                .append(key)
                                .append(": ")
                                .append(value));
        return """
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: %s}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s, uid: %s, labels: {%s}}
        spec: {nodeName: %s, serviceAccountName: %s, containers: [{name: a}]}
        status: {phase: Running, podIP: %s, podIPs: [{ip: %s}]}
        """
                .formatted(
                        node(), name, namespace, uid(), some, node(), name, address(), address());
    }
}
