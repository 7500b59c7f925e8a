package dev.fairlead.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.fairlead.kubernetes.ApiWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The objects of a large cluster, made in an API server that has no controllers: Services of one
 * HTTP port each, on ten ports in ten namespaces, with their pods spread over all nodes.
 */
final class LargeCluster {

    static final int NAMESPACES = 10;
    private static final int PORTS = 10;
    private static final int FIRST_PORT = 8000;
    private static final int PODS_PER_NODE = 100;
    private static final int STRIDE = 7919; // a prime: neighbours in number are not on one node
    private static final int AT_ONCE = 32;
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final ApiWriter api;
    private final int services;
    private final int endpoints;

    /** {@code endpoints} of each Service. */
    LargeCluster(ApiWriter api, int services, int endpoints) {
        this.api = api;
        this.services = services;
        this.endpoints = endpoints;
    }

    int nodes() {
        return Math.max(1, services * endpoints / PODS_PER_NODE);
    }

    static String namespace(int service) {
        return "bench-" + service % NAMESPACES;
    }

    static String service(int number) {
        return "svc-" + number;
    }

    static String host(int service) {
        return service(service) + "." + namespace(service) + ".svc.cluster.local";
    }

    private static int port(int service) {
        return FIRST_PORT + service / NAMESPACES % PORTS;
    }

    private String node(int pod) {
        return "node-" + (int) ((long) pod * STRIDE % nodes());
    }

    void make() throws InterruptedException, IOException {
        all(NAMESPACES, n -> create("/api/v1/namespaces", namespaceYaml("bench-" + n)));
        all(
                nodes(),
                n ->
                        create(
                                "/api/v1/nodes",
                                """
                                {apiVersion: v1, kind: Node, metadata: {name: node-%d, labels: {
                                topology.kubernetes.io/region: r, topology.kubernetes.io/zone: z%d}}}
                                """
                                        .formatted(n, n % 3)));
        all(services, this::makeService);
        all(services * endpoints, this::makePod);
        all(services, this::makeSlice);
    }

    private static String namespaceYaml(String name) {
        return """
        {apiVersion: v1, kind: Namespace, metadata: {name: %s, annotations: {fairlead.dev/mesh: enabled}}}
        """
                .formatted(name);
    }

    private void makeService(int number) throws IOException {
        create(
                "/api/v1/namespaces/" + namespace(number) + "/services",
                """
                {apiVersion: v1, kind: Service, metadata: {name: %1$s}, spec: {selector: {app: %1$s},
                ports: [{name: http, port: %2$d, targetPort: %2$d}]}}
                """
                        .formatted(service(number), port(number)));
    }

    private static String podName(int pod, int service) {
        return service(service) + "-" + pod;
    }

    private static String address(int pod) {
        return "10." + pod / 62_500 + "." + pod / 250 % 250 + "." + pod % 250;
    }

    private void makePod(int pod) throws IOException {
        int service = pod / endpoints;
        String pods = "/api/v1/namespaces/" + namespace(service) + "/pods";
        create(
                pods,
                """
                {apiVersion: v1, kind: Pod, metadata: {name: %1$s, labels: {app: %2$s, version: v%3$d}},
                spec: {nodeName: %4$s, serviceAccountName: %2$s, automountServiceAccountToken: false,
                containers: [{name: app, image: app, env: [{name: A, value: b}], ports: [{name: http, containerPort: %5$d}],
                volumeMounts: [{name: tmp, mountPath: /tmp}]}], volumes: [{name: tmp, emptyDir: {}}]}}
                """
                        .formatted(
                                podName(pod, service),
                                service(service),
                                pod % 2,
                                node(pod),
                                port(service)));
        check(
                api.patch(
                        pods + "/" + podName(pod, service) + "/status",
                        ApiWriter.STRATEGIC_MERGE,
                        YAML.readTree(
                                """
                                {status: {phase: Running, podIP: %1$s, podIPs: [{ip: %1$s}], conditions: [
                                {type: Ready, status: "True"}, {type: fairlead.dev/captured, status: "True", reason: %2$s}]}}
                                """
                                        .formatted(address(pod), node(pod)))));
    }

    private void makeSlice(int number) throws IOException {
        var text = new StringBuilder();
        for (int e = 0; e < endpoints; e++) {
            int pod = number * endpoints + e;
            String path = "/api/v1/namespaces/" + namespace(number) + "/pods/";
            JsonNode made = check(api.get(path + podName(pod, number))).body();
            text.append(
                    """
                    {addresses: [%s], conditions: {ready: true}, nodeName: %s,
                    targetRef: {kind: Pod, name: %s, namespace: %s, uid: %s}},
                    """
                            .formatted(
                                    address(pod),
                                    node(pod),
                                    podName(pod, number),
                                    namespace(number),
                                    made.path("metadata").path("uid").asText()));
        }
        create(
                "/apis/discovery.k8s.io/v1/namespaces/" + namespace(number) + "/endpointslices",
                """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
                metadata: {name: %1$s, labels: {kubernetes.io/service-name: %1$s}},
                ports: [{name: http, port: %2$d, protocol: TCP}], endpoints: [%3$s]}
                """
                        .formatted(service(number), port(number), text));
    }

    private void create(String path, String yaml) throws IOException {
        ApiWriter.Answer answer = api.create(path, YAML.readTree(yaml));
        if (!answer.conflict()) {
            check(answer);
        }
    }

    static ApiWriter.Answer check(ApiWriter.Answer answer) throws IOException {
        if (!answer.written()) {
            throw new IOException("not done by the API server: " + answer.message());
        }
        return answer;
    }

    /** Sends requests for one host to another, by a rule of the host's namespace. */
    static ApiWriter.Answer route(ApiWriter api, int from, int to, String mark) throws IOException {
        String path =
                "/apis/networking.istio.io/v1/namespaces/%s/virtualservices/%s?fieldManager=bench&force=true"
                        .formatted(namespace(from), service(from));
        return check(
                api.patch(
                        path,
                        ApiWriter.APPLY,
                        YAML.readTree(
                                """
                                {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: %s},
                                spec: {hosts: [%s], http: [{name: %s, route: [{destination: {host: %s}}]}]}}
                                """
                                        .formatted(service(from), host(from), mark, host(to)))));
    }

    @FunctionalInterface
    private interface Making {
        void of(int number) throws IOException;
    }

    private static void all(int count, Making making) throws InterruptedException, IOException {
        List<Future<?>> made = new ArrayList<>();
        try (ExecutorService some =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (int i = 0; i < count; i++) {
                int number = i;
                made.add(
                        some.submit(() -> {
                            making.of(number);
                            return number;
                        }));
            }
        }
        try {
            for (Future<?> one : made) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("cluster not made", e.getCause());
        }
    }
}
