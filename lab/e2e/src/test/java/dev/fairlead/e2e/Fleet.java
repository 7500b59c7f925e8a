package dev.fairlead.e2e;

import java.util.Map;

/**
 * What the resilience tests stand on: an enrolled namespace with a client on node-1, and Service
 * {@code shop} with pods shop-v1 and shop-v2 on each node, which answer with their names.
 */
record Fleet(Lab lab, String namespace) {

    static final String URL = "http://shop:8080/";

    /** Applies it and returns when it is followed everywhere. */
    static Fleet in(Lab lab, String namespace) {
        StringBuilder manifest = new StringBuilder(Echo.namespace(namespace, true));
        manifest.append(
                new Echo(namespace, "client", "node-1", Map.of("app", "client"), Map.of())
                        .manifest());
        for (String version : new String[] {"v1", "v2"}) {
            for (int node : new int[] {1, 2}) {
                String name = "shop-" + version + "-" + node;
                Map<String, String> labels = Map.of("app", "shop", "version", version);
                manifest.append(
                        new Echo(namespace, name, "node-" + node, labels, Map.of()).manifest());
            }
        }
        manifest.append(Echo.service(namespace, "shop", Map.of("app", "shop"), ""));
        lab.apply(manifest.toString());
        return new Fleet(lab, namespace);
    }

    /** Subsets of shop and the one to which all goes. */
    String routes(String to, String... subsets) {
        StringBuilder list = new StringBuilder();
        for (String subset : subsets) {
            list.append("  - {name: %1$s, labels: {version: %1$s}}\n".formatted(subset));
        }
        return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: shop, namespace: %1$s}
        spec:
          host: shop
          subsets:
        %2$s---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: shop, namespace: %1$s}
        spec:
          hosts: [shop]
          http:
          - route: [{destination: {host: shop, subset: %3$s}}]
        """
                .formatted(namespace, list, to);
    }

    SteadyLoad load(java.time.Duration atLeast) {
        return SteadyLoad.on(lab, namespace, "client", URL, atLeast);
    }

    /** One request, by curl: 200, 503, or 000 with curl's exit code. */
    Curl get() {
        return Curl.from(lab, namespace, "client", URL);
    }

    void delete() {
        lab.delete("{apiVersion: v1, kind: Namespace, metadata: {name: " + namespace + "}}");
    }
}
