package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pods of a Deployment come, go and are replaced under load. Like a server that ends in order, they
 * serve for some seconds after SIGTERM: what is lost then is lost by the mesh.
 */
@Tag("lab")
@Tag("long")
class PodChurnTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.BOOKINFO;

    private static final String NAMESPACE = "churn";

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                Echo.namespace(NAMESPACE, true)
                        + new Echo(NAMESPACE, "client", "node-1", Map.of("app", "client"), Map.of())
                                .manifest()
                        + Echo.service(NAMESPACE, "shop", Map.of("app", "shop"), "")
                        + shop(2, "a"));
    }

    private static String shop(int replicas, String edition) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop, namespace: churn}
        spec:
          replicas: %d
          selector: {matchLabels: {app: shop}}
          template:
            metadata: {labels: {app: shop, edition: %s}}
            spec:
              terminationGracePeriodSeconds: 4
              containers:
              - name: echo
                image: none
                command: [sh, -c, "trap '' TERM; exec python3 /etc/echo/echo.py"]
                ports: [{containerPort: 8080}]
                readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                volumeMounts: [{name: program, mountPath: /etc/echo}]
              volumes: [{name: program, configMap: {name: echo-program}}]
        """
                .formatted(replicas, edition);
    }

    @Test
    void scalingAndReplacingPodsLosesNoRequestAndRestartsNothing() {
        String before = processes();
        try (SteadyLoad load =
                SteadyLoad.on(
                        lab,
                        NAMESPACE,
                        "client",
                        "http://shop:8080/",
                        SteadyLoad.quickOrLong(8, 60))) {
            for (int round = 0; round < (SteadyLoad.SOAK ? 5 : 1); round++) {
                lab.apply(shop(4, "a"));
                lab.apply(shop(1, "a"));
                lab.apply(shop(2, "b"));
                lab.apply(shop(2, "a"));
            }
            SteadyLoad.Outcome outcome = load.stop().lostNothing();
            Set<String> answered = outcome.pods();
            assertThat(answered).as("%s", outcome.figures()).hasSizeGreaterThanOrEqualTo(6);
        }
        assertThat(processes()).isEqualTo(before);
    }

    /** Process ids of the mesh, as the lab's log has them. */
    private static String processes() {
        return String.join(
                "\n",
                lab.allLogs().lines().filter(line -> line.contains("process started")).toList());
    }
}
