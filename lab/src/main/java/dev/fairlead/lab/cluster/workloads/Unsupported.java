package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of an object the lab does not do: one line per field, naming object and field. Fields that
 * make no difference in a lab (image pulls, requests, tolerations …) are not mentioned.
 */
public final class Unsupported {

    private static final Set<String> WORKLOADS =
            Set.of("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job");
    private static final Set<String> NOT_RUN =
            Set.of(
                    "CronJob",
                    "ReplicationController",
                    "Ingress",
                    "HorizontalPodAutoscaler",
                    "PersistentVolumeClaim",
                    "PersistentVolume",
                    "NetworkPolicy",
                    "PodDisruptionBudget");

    private static final Set<String> POD_DONE =
            Set.of(
                    "containers",
                    "initContainers",
                    "restartPolicy",
                    "terminationGracePeriodSeconds",
                    "serviceAccountName",
                    "serviceAccount",
                    "nodeName",
                    "nodeSelector",
                    "hostname",
                    "subdomain",
                    "volumes",
                    "hostAliases");
    private static final Set<String> POD_NO_DIFFERENCE =
            Set.of(
                    "imagePullSecrets",
                    "tolerations",
                    "priorityClassName",
                    "priority",
                    "preemptionPolicy",
                    "os",
                    "topologySpreadConstraints");
    private static final Map<String, String> POD_DEFAULTS =
            Map.of(
                    "dnsPolicy",
                    "ClusterFirst",
                    "schedulerName",
                    "default-scheduler",
                    "hostNetwork",
                    "false",
                    "hostPID",
                    "false",
                    "hostIPC",
                    "false",
                    "enableServiceLinks",
                    "false",
                    "automountServiceAccountToken",
                    "false",
                    "shareProcessNamespace",
                    "false",
                    "setHostnameAsFQDN",
                    "false");

    private static final Set<String> CONTAINER_DONE =
            Set.of(
                    "name",
                    "image",
                    "command",
                    "args",
                    "env",
                    "envFrom",
                    "workingDir",
                    "volumeMounts",
                    "readinessProbe",
                    "livenessProbe",
                    "startupProbe",
                    "ports");
    private static final Set<String> CONTAINER_NO_DIFFERENCE =
            Set.of("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy");
    private static final Map<String, String> CONTAINER_DEFAULTS =
            Map.of("stdin", "false", "tty", "false", "stdinOnce", "false");

    private static final Set<String> VOLUME_DONE =
            Set.of("name", "configMap", "secret", "emptyDir", "projected", "downwardAPI");
    private static final Set<String> PROJECTED_DONE = Set.of("configMap", "secret", "downwardAPI");
    private static final Set<String> MOUNT_DONE =
            Set.of("name", "mountPath", "subPath", "readOnly");
    private static final Set<String> PROBE_DONE =
            Set.of(
                    "httpGet",
                    "tcpSocket",
                    "grpc",
                    "exec",
                    "initialDelaySeconds",
                    "periodSeconds",
                    "timeoutSeconds",
                    "successThreshold",
                    "failureThreshold");

    private static final Set<String> SERVICE_DONE =
            Set.of(
                    "type",
                    "clusterIP",
                    "clusterIPs",
                    "externalName",
                    "ports",
                    "selector",
                    "publishNotReadyAddresses");
    private static final Map<String, String> SERVICE_DEFAULTS =
            Map.of(
                    "sessionAffinity",
                    "None",
                    "externalTrafficPolicy",
                    "Cluster",
                    "internalTrafficPolicy",
                    "Cluster",
                    "ipFamilyPolicy",
                    "SingleStack",
                    "allocateLoadBalancerNodePorts",
                    "true");

    private final String object;
    private final List<String> warnings = new ArrayList<>();

    private Unsupported(String object) {
        this.object = object;
    }

    /**
     * Warnings such as {@code Pod default/a: spec.volumes[0].hostPath: not supported by the lab}.
     */
    public static List<String> warnings(JsonNode object) {
        String kind = Json.text(object, "kind");
        String key = Json.namespace(object).isEmpty() ? "" : Json.namespace(object) + "/";
        Unsupported found = new Unsupported(kind + " " + key + Json.name(object));
        if (kind.equals("Pod")) {
            found.podSpec("spec", object.path("spec"));
        } else if (kind.equals("Service")) {
            found.service(object.path("spec"));
        } else if (WORKLOADS.contains(kind)) {
            found.workload(kind, object.path("spec"));
        } else if (NOT_RUN.contains(kind)) {
            found.warnings.add(found.object + ": kind " + kind + " is not supported by the lab");
        }
        return found.warnings;
    }

    private void workload(String kind, JsonNode spec) {
        if (spec.path("paused").asBoolean(false)) {
            add("spec.paused");
        }
        if (spec.path("minReadySeconds").asInt(0) > 0) {
            add("spec.minReadySeconds");
        }
        if (kind.equals("StatefulSet") && !spec.path("volumeClaimTemplates").isEmpty()) {
            warnings.add(
                    object + ": spec.volumeClaimTemplates: empty folders that end with their pod");
        }
        if (kind.equals("Job")) {
            for (String field :
                    List.of(
                            "suspend",
                            "activeDeadlineSeconds",
                            "completionMode",
                            "ttlSecondsAfterFinished")) {
                if (spec.has(field)
                        && !Set.of("false", "NonIndexed").contains(Json.text(spec, field))) {
                    add("spec." + field);
                }
            }
        }
        podSpec("spec.template.spec", Json.at(spec, "template.spec"));
    }

    private void podSpec(String path, JsonNode spec) {
        unknown(path, spec, POD_DONE, POD_NO_DIFFERENCE, POD_DEFAULTS);
        for (String list : List.of("initContainers", "containers")) {
            each(path, spec, list, this::container);
        }
        each(path, spec, "volumes", this::volume);
    }

    private void container(String path, JsonNode container) {
        for (String field : List.of("resources", "securityContext", "lifecycle")) {
            JsonNode value = container.path(field);
            boolean requestsOnly = field.equals("resources") && value.path("limits").isEmpty();
            if (!value.isEmpty() && !requestsOnly) {
                add(path + "." + field + (field.equals("resources") ? ".limits" : ""));
            }
        }
        unknown(
                path,
                container,
                union(CONTAINER_DONE, Set.of("resources", "securityContext", "lifecycle")),
                CONTAINER_NO_DIFFERENCE,
                CONTAINER_DEFAULTS);
        for (String probe : List.of("readinessProbe", "livenessProbe", "startupProbe")) {
            unknown(path + "." + probe, container.path(probe), PROBE_DONE, Set.of(), Map.of());
        }
        each(
                path,
                container,
                "volumeMounts",
                (at, mount) -> unknown(at, mount, MOUNT_DONE, Set.of(), Map.of()));
        each(
                path,
                container,
                "env",
                (at, variable) -> {
                    if (variable.path("valueFrom").has("resourceFieldRef")) {
                        add(at + ".valueFrom.resourceFieldRef");
                    }
                });
        each(
                path,
                container,
                "ports",
                (at, port) -> {
                    if (port.path("hostPort").asInt(0) > 0) {
                        add(at + ".hostPort");
                    }
                });
    }

    private void volume(String path, JsonNode volume) {
        unknown(path, volume, VOLUME_DONE, Set.of(), Map.of());
        if (volume.path("emptyDir").has("sizeLimit")) {
            add(path + ".emptyDir.sizeLimit");
        }
        each(
                path + ".projected",
                volume.path("projected"),
                "sources",
                (at, source) -> unknown(at, source, PROJECTED_DONE, Set.of(), Map.of()));
    }

    private void service(JsonNode spec) {
        unknown("spec", spec, SERVICE_DONE, Set.of("ipFamilies"), SERVICE_DEFAULTS);
        if (spec.path("type").asText("").equals("LoadBalancer")) {
            warnings.add(object + ": spec.type: LoadBalancer is served as NodePort");
        }
        each(
                "spec",
                spec,
                "ports",
                (at, port) -> {
                    if (port.path("protocol").asText("TCP").equals("SCTP")) {
                        add(at + ".protocol: SCTP");
                    }
                });
    }

    private void unknown(
            String path,
            JsonNode node,
            Set<String> done,
            Set<String> noDifference,
            Map<String, String> defaults) {
        node.properties()
                .forEach(field -> {
                    String name = field.getKey();
                    JsonNode value = field.getValue();
                    boolean empty = value.isNull() || (value.isContainerNode() && value.isEmpty());
                    boolean isDefault = value.asText("").equals(defaults.get(name));
                    if (!empty
                            && !isDefault
                            && !done.contains(name)
                            && !noDifference.contains(name)) {
                        add(path + "." + name);
                    }
                });
    }

    private interface Visit {
        void at(String path, JsonNode node);
    }

    private static void each(String path, JsonNode node, String list, Visit visit) {
        int index = 0;
        for (JsonNode element : node.path(list)) {
            visit.at(path + "." + list + "[" + index++ + "]", element);
        }
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> all = new java.util.HashSet<>(one);
        all.addAll(other);
        return all;
    }

    private void add(String path) {
        warnings.add(object + ": " + path + ": not supported by the lab");
    }
}
