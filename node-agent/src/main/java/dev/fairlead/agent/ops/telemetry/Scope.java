package dev.fairlead.agent.ops.telemetry;

import java.util.List;

/** What a stat is about: the first word of Envoy's name, and the labels that Prometheus sees. */
enum Scope {
    CLUSTER("cluster", "envoy_cluster_name"),
    /** Of a cluster whose failing endpoints are ejected. */
    OUTLIERS("cluster", "envoy_cluster_name"),
    /** Of a cluster whose endpoints are asked how they are. */
    CHECKS("cluster", "envoy_cluster_name"),
    HTTP("http", "envoy_http_conn_manager_prefix"),
    /** Its name is {@code <virtual host>.route.<stat prefix>}. */
    ROUTE("vhost", "envoy_route"),
    TCP("tcp", "envoy_tcp_prefix"),
    LISTENER("listener", "envoy_listener_address"),
    RATE_LIMIT("http_local_rate_limit", "envoy_local_http_ratelimit_prefix"),
    /** What guards opaque connections. */
    ACCESS("tcp", ""),
    SERVER("server", "");

    /** What authorizers say of opaque connections has a root of its own. */
    private static final String ASKED = "ext_authz.";

    private static final String BEFORE_ROUTE = ".route.";

    private final String word;
    private final String label;

    Scope(String word, String label) {
        this.word = word;
        this.label = label;
    }

    String word() {
        return word;
    }

    /** What of the metric's name comes before the stat. */
    String metricWord() {
        return this == ROUTE ? "vhost_route" : word;
    }

    /** Empty where there is only one. */
    List<String> labels() {
        return this == ROUTE
                ? List.of(label, "envoy_virtual_host")
                : label.isEmpty() ? List.of() : List.of(label);
    }

    /** Of what is called {@code name}: as many as there are labels. */
    List<String> labelValues(String name) {
        if (this == ROUTE) {
            int end = name.lastIndexOf(BEFORE_ROUTE);
            return List.of(name.substring(end + BEFORE_ROUTE.length()), name.substring(0, end));
        }
        return label.isEmpty() ? List.of() : List.of(name);
    }

    /** Name of the counter that a response's exact code goes to, without the code. */
    String responseStat() {
        return this == HTTP ? "downstream_rq" : "upstream_rq";
    }

    /** Envoy's text name; a rate limit's begins with its prefix. */
    String textName(String name, String stat) {
        if (this == ACCESS && stat.startsWith(ASKED)) {
            return ASKED + "tcp.." + stat.substring(ASKED.length()); // its own prefix ends in a dot
        }
        if (this == RATE_LIMIT) {
            return name + "." + word + "." + stat;
        }
        return name.isEmpty() ? word + "." + stat : word + "." + name + "." + stat;
    }
}
