package dev.fairlead.agent.ops.telemetry;

/** What a stat is about: the first word of Envoy's name, and the label that Prometheus sees. */
enum Scope {
    CLUSTER("cluster", "envoy_cluster_name"),
    /** Of a cluster whose failing endpoints are ejected. */
    OUTLIERS("cluster", "envoy_cluster_name"),
    HTTP("http", "envoy_http_conn_manager_prefix"),
    /** Its name is {@code <virtual host>.route.<stat prefix>}. */
    ROUTE("vhost", "envoy_route"),
    TCP("tcp", "envoy_tcp_prefix"),
    LISTENER("listener", "envoy_listener_address"),
    RATE_LIMIT("http_local_rate_limit", "envoy_local_http_ratelimit_prefix"),
    SERVER("server", "");

    private final String word;
    private final String label;

    Scope(String word, String label) {
        this.word = word;
        this.label = label;
    }

    String word() {
        return word;
    }

    /** Empty where there is only one. */
    String label() {
        return label;
    }

    /** Name of the counter that a response's exact code goes to, without the code. */
    String responseStat() {
        return this == HTTP ? "downstream_rq" : "upstream_rq";
    }

    /** Envoy's text name; a rate limit's begins with its prefix. */
    String textName(String name, String stat) {
        if (this == RATE_LIMIT) {
            return name + "." + word + "." + stat;
        }
        return name.isEmpty() ? word + "." + stat : word + "." + name + "." + stat;
    }
}
