package dev.fairlead.pilot.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A cluster directory, written as the lab writes it. Owner: the test's thread. */
public final class TestCluster implements AutoCloseable {

    private static final Set<String> OBSERVED = Set.of("Pod", "Node", "EndpointSlice");

    private final Path root;
    private final ObjectDirectory applied;
    private final ObjectDirectory observed;
    private long generation;

    public TestCluster(Path root) throws IOException {
        this.root = root;
        applied = new ObjectDirectory(root.resolve("applied"));
        observed = new ObjectDirectory(root.resolve("observed"));
    }

    public Path root() {
        return root;
    }

    /** Writes the documents as one batch; returns the revision of applied/. */
    public long apply(String yaml) throws IOException {
        boolean facts = false;
        for (ObjectNode object : Yaml.documents(yaml)) {
            boolean fact = OBSERVED.contains(object.path("kind").asText());
            facts |= fact;
            object.withObjectProperty("metadata").put("generation", ++generation);
            object.withObjectProperty("metadata")
                    .put("resourceVersion", Long.toString(applied.revision() + 1));
            (fact ? observed : applied).put(ObjectKey.of(object), object);
        }
        if (facts || observed.revision() == 0) {
            observed.commit();
        }
        return applied.commit();
    }

    /** Removes the objects that the documents name. */
    public long delete(String yaml) throws IOException {
        for (ObjectNode object : Yaml.documents(yaml)) {
            applied.remove(ObjectKey.of(object));
            observed.remove(ObjectKey.of(object));
        }
        observed.commit();
        return applied.commit();
    }

    /** An object of status/, or null. */
    public @Nullable JsonNode status(ObjectKey key) throws IOException {
        try (var status = new ObjectDirectory(root.resolve("status"))) {
            return status.get(key);
        }
    }

    @Override
    public void close() throws IOException {
        applied.close();
        observed.close();
    }

    /** A Service with one port. */
    public static String service(String name, String portName, int port) {
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %s}
        spec:
          clusterIP: %s
          selector: {app: %s}
          ports: [{name: %s, port: %d, targetPort: %d}]
        """
                .formatted(name, clusterIp(name), name, portName, port, port);
    }

    /** A cluster IP that depends on the name alone. */
    public static String clusterIp(String name) {
        int hash = Math.floorMod(name.hashCode(), 60_000);
        return "198.19." + hash / 250 + "." + (hash % 250 + 1);
    }

    /** A ready pod with labels app and version, of service account {@code app}. */
    public static String pod(String app, String version, String node, String ip) {
        return """
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: %1$s-%2$s
          uid: uid-%1$s-%2$s
          labels: {app: %1$s, version: %2$s}
          ownerReferences: [{kind: Deployment, name: %1$s-%2$s}]
        spec: {nodeName: %3$s, serviceAccountName: %1$s}
        status: {phase: Running, podIP: %4$s, podIPs: [{ip: %4$s}]}
        """
                .formatted(app, version, node, ip);
    }

    /** The endpoints of a Service's one port: {@code address=pod uid} each. */
    public static String slice(String service, String portName, int port, String... endpoints) {
        var text =
                new StringBuilder(
                        """
                        ---
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata:
                          name: %s
                          labels: {kubernetes.io/service-name: %s}
                        ports: [{name: %s, port: %d, protocol: TCP}]
                        endpoints:
                        """
                                .formatted(service, service, portName, port));
        for (String endpoint : endpoints) {
            int equals = endpoint.indexOf('=');
            text.append(
                    "- {addresses: [%s], conditions: {ready: true}, targetRef: {kind: Pod, uid: %s}}\n"
                            .formatted(
                                    endpoint.substring(0, equals), endpoint.substring(equals + 1)));
        }
        return text.toString();
    }

    /** Bookinfo's reviews in three versions on two nodes, and sleep, which calls it. */
    public static String reviewsAndSleep() {
        return service("reviews", "http", 9080)
                + pod("reviews", "v1", "node-1", "198.18.1.11")
                + pod("reviews", "v2", "node-2", "198.18.2.12")
                + pod("reviews", "v3", "node-2", "198.18.2.13")
                + slice(
                        "reviews",
                        "http",
                        9080,
                        "198.18.1.11=uid-reviews-v1",
                        "198.18.2.12=uid-reviews-v2",
                        "198.18.2.13=uid-reviews-v3")
                + service("sleep", "http", 80)
                + pod("sleep", "v1", "node-1", "198.18.1.10")
                + slice("sleep", "http", 80, "198.18.1.10=uid-sleep-v1");
    }

    /** A DestinationRule that names subsets by version. */
    public static String subsets(String host, String... versions) {
        var text =
                new StringBuilder(
                        """
                        ---
                        apiVersion: networking.istio.io/v1alpha3
                        kind: DestinationRule
                        metadata: {name: %1$s}
                        spec:
                          host: %1$s
                          subsets:
                        """
                                .formatted(host));
        for (String version : versions) {
            text.append("  - {name: %1$s, labels: {version: %1$s}}\n".formatted(version));
        }
        return text.toString();
    }

    /** A VirtualService that sends all of a host to one subset. */
    public static String routeTo(String host, String subset) {
        return """
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata: {name: %1$s}
        spec:
          hosts: [%1$s]
          http:
          - route:
            - destination: {host: %1$s, subset: %2$s}
        """
                .formatted(host, subset);
    }
}
