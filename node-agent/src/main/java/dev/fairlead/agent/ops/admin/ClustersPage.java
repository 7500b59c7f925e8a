package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * {@code /clusters}: {@code <cluster>::<address>::<what>::<value>}, as Envoy prints it, with what
 * is known of an endpoint, by all pods of this node or by one; {@code tls_mode} and {@code
 * ejected_by}, a number of pods, are ours.
 */
final class ClustersPage {

    private final Supplier<Snapshot> snapshot;
    private final Telemetry telemetry;
    private final WorkloadSource workloads;

    ClustersPage(Supplier<Snapshot> snapshot, Telemetry telemetry, WorkloadSource workloads) {
        this.snapshot = snapshot;
        this.telemetry = telemetry;
        this.workloads = workloads;
    }

    AdminResponse answer(AdminRequest request) {
        String format = request.format("text");
        String pod = workloads.uidIn(request);
        var health = EndpointHealth.of(telemetry.endpoints(pod));
        return switch (format) {
            case "text" -> AdminResponse.text(text(snapshot.get(), health));
            case "json" -> AdminResponse.json(json(snapshot.get(), health));
            default -> AdminResponse.unknownFormat(format, "text, json");
        };
    }

    private static String text(Snapshot snapshot, Map<EndpointHealth.Of, EndpointHealth> healths) {
        StringBuilder text = new StringBuilder();
        for (Cluster cluster : new TreeMap<>(snapshot.clusters()).values()) {
            String name = cluster.name();
            text.append(name).append("::observability_name::").append(cluster.statName());
            text.append('\n');
            CircuitBreakers breakers = cluster.policy().breakers();
            String limit = name + "::default_priority::max_";
            text.append(limit).append("connections::").append(breakers.maxConnections());
            text.append('\n').append(limit).append("pending_requests::");
            text.append(breakers.maxPending()).append('\n').append(limit).append("requests::");
            text.append(breakers.maxRequests()).append('\n').append(limit).append("retries::");
            text.append(breakers.maxRetries()).append('\n');
            text.append(name).append("::added_via_api::true\n");
            for (Endpoint endpoint : endpoints(snapshot, cluster)) {
                String host =
                        name + "::" + NetUtil.toSocketAddressString(endpoint.address()) + "::";
                EndpointHealth health = EndpointHealth.in(healths, name, endpoint);
                text.append(host).append("health_flags::").append(health.flags()).append('\n');
                text.append(host).append("weight::").append(endpoint.weight()).append('\n');
                text.append(host).append("tls_mode::").append(tlsMode(endpoint)).append('\n');
                text.append(host).append("success_rate::");
                text.append(plain(health.successRate())).append('\n').append(host);
                text.append("local_origin_success_rate::");
                text.append(plain(health.localOriginSuccessRate())).append('\n');
                if (health.ejectedBy() > 0) {
                    text.append(host).append("ejected_by::").append(health.ejectedBy());
                    text.append('\n');
                }
            }
        }
        return text.toString();
    }

    private static ObjectNode json(
            Snapshot snapshot, Map<EndpointHealth.Of, EndpointHealth> healths) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        var statuses = root.putArray("cluster_statuses");
        for (Cluster cluster : new TreeMap<>(snapshot.clusters()).values()) {
            ObjectNode one = statuses.addObject().put("name", cluster.name());
            one.put("added_via_api", true);
            one.put("observability_name", cluster.statName());
            limits(cluster.policy().breakers(), one);
            var hosts = one.putArray("host_statuses");
            for (Endpoint endpoint : endpoints(snapshot, cluster)) {
                InetSocketAddress address = endpoint.address();
                ObjectNode host = hosts.addObject();
                host.putObject("address")
                        .putObject("socket_address")
                        .put("address", NetUtil.toAddressString(address.getAddress()))
                        .put("port_value", address.getPort());
                EndpointHealth health = EndpointHealth.in(healths, cluster.name(), endpoint);
                ObjectNode status = host.putObject("health_status");
                status.put("eds_health_status", health.told());
                if (health.failsChecks()) {
                    status.put("failed_active_health_check", true);
                }
                if (health.ejectedBy() > 0) {
                    status.put("failed_outlier_check", true);
                    host.put("ejected_by", health.ejectedBy());
                }
                rate(host, "success_rate", health.successRate());
                rate(host, "local_origin_success_rate", health.localOriginSuccessRate());
                host.put("weight", endpoint.weight());
                host.put("tls_mode", tlsMode(endpoint));
            }
        }
        return root;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static void rate(ObjectNode host, String name, double percent) {
        if (percent >= 0) {
            host.putObject(name).put("value", percent);
        }
    }

    private static void limits(CircuitBreakers breakers, ObjectNode status) {
        status.putObject("circuit_breakers")
                .putArray("thresholds")
                .addObject()
                .put("max_connections", breakers.maxConnections())
                .put("max_pending_requests", breakers.maxPending())
                .put("max_requests", breakers.maxRequests())
                .put("max_retries", breakers.maxRetries());
    }

    private static List<Endpoint> endpoints(Snapshot snapshot, Cluster cluster) {
        Endpoints endpoints = snapshot.endpointsOf(cluster);
        return endpoints == null ? List.of() : endpoints.list();
    }

    private static String tlsMode(Endpoint endpoint) {
        return endpoint.mutualTls() ? "istio" : "disabled";
    }
}
