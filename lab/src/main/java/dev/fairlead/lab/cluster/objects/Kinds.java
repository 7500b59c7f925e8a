package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds the lab knows by all their names. Any other kind is namespaced and named by rule. */
public final class Kinds {

    private static final String NETWORKING = "networking.istio.io";
    private static final String SECURITY = "security.istio.io";
    private static final String RBAC = "rbac.authorization.k8s.io";

    private static final List<Kind> KNOWN =
            List.of(
                    namespaced("Pod", "", "pods", "po"),
                    namespaced("Service", "", "services", "svc"),
                    cluster("Node", "", "nodes", "no"),
                    cluster("Namespace", "", "namespaces", "ns"),
                    namespaced("ConfigMap", "", "configmaps", "cm"),
                    namespaced("Secret", "", "secrets"),
                    namespaced("ServiceAccount", "", "serviceaccounts", "sa"),
                    namespaced("Endpoints", "", "endpoints", "ep"),
                    cluster("PersistentVolume", "", "persistentvolumes", "pv"),
                    namespaced("Deployment", "apps", "deployments", "deploy"),
                    namespaced("ReplicaSet", "apps", "replicasets", "rs"),
                    namespaced("DaemonSet", "apps", "daemonsets", "ds"),
                    namespaced("StatefulSet", "apps", "statefulsets", "sts"),
                    namespaced("Job", "batch", "jobs"),
                    namespaced("CronJob", "batch", "cronjobs", "cj"),
                    namespaced("EndpointSlice", "discovery.k8s.io", "endpointslices"),
                    namespaced("Ingress", "networking.k8s.io", "ingresses", "ing"),
                    namespaced("NetworkPolicy", "networking.k8s.io", "networkpolicies", "netpol"),
                    namespaced("VirtualService", NETWORKING, "virtualservices", "vs"),
                    namespaced("DestinationRule", NETWORKING, "destinationrules", "dr"),
                    namespaced("ServiceEntry", NETWORKING, "serviceentries", "se"),
                    namespaced("Gateway", NETWORKING, "gateways", "gw"),
                    namespaced("WorkloadEntry", NETWORKING, "workloadentries", "we"),
                    namespaced("ProxyConfig", NETWORKING, "proxyconfigs"),
                    namespaced("PeerAuthentication", SECURITY, "peerauthentications", "pa"),
                    namespaced("RequestAuthentication", SECURITY, "requestauthentications", "ra"),
                    namespaced("AuthorizationPolicy", SECURITY, "authorizationpolicies", "ap"),
                    namespaced("Policy", "authentication.istio.io", "policies"),
                    cluster("MeshPolicy", "authentication.istio.io", "meshpolicies"),
                    cluster("ClusterRbacConfig", "rbac.istio.io", "clusterrbacconfigs"),
                    cluster("GatewayClass", "gateway.networking.k8s.io", "gatewayclasses", "gc"),
                    cluster("ClusterRole", RBAC, "clusterroles"),
                    cluster("ClusterRoleBinding", RBAC, "clusterrolebindings"),
                    cluster("StorageClass", "storage.k8s.io", "storageclasses", "sc"),
                    cluster("PriorityClass", "scheduling.k8s.io", "priorityclasses", "pc"),
                    cluster("IngressClass", "networking.k8s.io", "ingressclasses"),
                    cluster("ClusterIssuer", "certmanager.k8s.io", "clusterissuers"),
                    cluster(
                            "CustomResourceDefinition",
                            "apiextensions.k8s.io",
                            "customresourcedefinitions",
                            "crd",
                            "crds"));

    private Kinds() {}

    private static Kind namespaced(String kind, String group, String plural, String... names) {
        return new Kind(kind, group, plural, List.of(names), true);
    }

    private static Kind cluster(String kind, String group, String plural, String... names) {
        return new Kind(kind, group, plural, List.of(names), false);
    }

    /** What a user's {@code word} means: a known kind, else a kind of one of {@code present}. */
    public static Optional<Kind> find(String word, Collection<ObjectKey> present) {
        return KNOWN.stream()
                .filter(kind -> kind.answersTo(word))
                .findFirst()
                .or(() ->
                        present.stream()
                                .map(key -> byName(key.group(), key.kind()))
                                .filter(kind -> kind.answersTo(word))
                                .findFirst());
    }

    /** The kind of an object; the group only tells names apart (a Deployment has had three). */
    public static Kind of(JsonNode object) {
        String apiVersion = Json.text(object, "apiVersion");
        int slash = apiVersion.indexOf('/');
        return byName(slash < 0 ? "" : apiVersion.substring(0, slash), Json.text(object, "kind"));
    }

    private static Kind byName(String group, String kind) {
        Optional<Kind> known =
                KNOWN.stream().filter(candidate -> candidate.kind().equals(kind)).findFirst();
        return known.orElseGet(
                () -> new Kind(kind, group, plural(kind), List.of(), !kind.startsWith("Cluster")));
    }

    private static String plural(String kind) {
        String lower = kind.toLowerCase(Locale.ROOT);
        if (lower.endsWith("s") || lower.endsWith("x") || lower.endsWith("ch")) {
            return lower + "es";
        }
        if (lower.endsWith("y") && !lower.endsWith("ay") && !lower.endsWith("ey")) {
            return lower.substring(0, lower.length() - 1) + "ies";
        }
        return lower + "s";
    }
}
