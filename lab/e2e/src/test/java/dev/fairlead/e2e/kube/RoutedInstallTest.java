package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The install on nodes that route each pod, and what a NetworkPolicy engine denies there. */
@Tag("kube-more")
class RoutedInstallTest extends InstallSteps {

    RoutedInstallTest() {
        super("--cni", "ptp");
    }

    /** The engine is two rules of this test; that there is one is all the mesh knows of it. */
    @Test
    @Order(7)
    void whatANetworkPolicyDeniesIsDeniedToEnrolledPods() {
        String url = "http://details:9080/details/0";
        assertThat(kube().status("default", url)).isEqualTo("200");
        kube().apply(
                        """
                        apiVersion: networking.k8s.io/v1
                        kind: NetworkPolicy
                        metadata: {name: details, namespace: default}
                        spec:
                          podSelector: {matchLabels: {app: details}}
                          ingress: []
                        """)
                .ok();
        String address = address("details");
        for (String node : kube().nodes()) {
            kube().node(node, "iptables", "-I", "FORWARD", "-d", address, "-j", "DROP").ok();
        }
        Kube.await("ingress is denied", () -> !kube().status("default", url).equals("200"));
        for (String node : kube().nodes()) {
            kube().node(node, "iptables", "-D", "FORWARD", "-d", address, "-j", "DROP").ok();
        }
        Kube.await("ingress is allowed", () -> kube().status("default", url).equals("200"));

        String sleep = address("sleep");
        for (String node : kube().nodes()) {
            kube().node(node, "iptables", "-I", "FORWARD", "-s", sleep, "-p", "tcp", "-j", "DROP")
                    .ok();
        }
        Kube.await("egress is denied", () -> !kube().status("default", url).equals("200"));
        for (String node : kube().nodes()) {
            kube().node(node, "iptables", "-D", "FORWARD", "-s", sleep, "-p", "tcp", "-j", "DROP")
                    .ok();
        }
        Kube.await("egress is allowed", () -> kube().status("default", url).equals("200"));
        kube().kubectl("delete", "networkpolicy", "details").ok();
    }

    private String address(String app) {
        return kube().kubectl(
                        "get",
                        "pods",
                        "-l",
                        "app=" + app,
                        "-o",
                        "jsonpath={.items[0].status.podIP}")
                .ok();
    }

    @Test
    @Order(7)
    void theAgentLendsNobodyTheNodesPosition() {
        kube().apply(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: admin, namespace: default}
                        spec: {ports: [{name: http, port: 80, targetPort: 15000}]}
                        ---
                        apiVersion: v1
                        kind: Endpoints
                        metadata: {name: admin, namespace: default}
                        subsets: [{addresses: [{ip: 198.18.0.11}], ports: [{name: http, port: 15000}]}]
                        """)
                .ok();
        assertThat(kube().status("default", "http://admin/stats")).isNotEqualTo("200");
        assertThat(kube().status("default", "http://169.254.169.254/latest/meta-data"))
                .isNotEqualTo("200");
        assertThat(kube().status("default", "http://127.0.0.1:15000/stats")).isNotEqualTo("200");
        kube().kubectl("delete", "service/admin").ok();
    }
}
