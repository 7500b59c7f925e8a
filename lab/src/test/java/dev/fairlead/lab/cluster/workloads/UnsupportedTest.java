package dev.fairlead.lab.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.objects.Manifests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnsupportedTest {

    private static java.util.List<String> warnings(String kind, String spec) {
        String yaml =
                "{apiVersion: v1, kind: " + kind + ", metadata: {name: a}, spec: " + spec + "}";
        return Unsupported.warnings(Manifests.parse("a", yaml, "default").getFirst());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Pod | {hostNetwork: true} | spec.hostNetwork",
                "Pod | {affinity: {nodeAffinity: {x: y}}} | spec.affinity",
                "Pod | {volumes: [{name: a, emptyDir: {}}, {name: b, hostPath: {path: /x}}]} | spec.volumes[1].hostPath",
                "Pod | {volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: x}}]}}]} | spec.volumes[0].projected.sources[0].serviceAccountToken",
                "Pod | {containers: [{name: c, securityContext: {runAsUser: 1}}]} | spec.containers[0].securityContext",
                "Pod | {containers: [{name: c, resources: {limits: {cpu: 1}}}]} | spec.containers[0].resources.limits",
                "Pod | {containers: [{name: c, readinessProbe: {grpcs: {port: 1}}}]} | spec.containers[0].readinessProbe.grpcs",
                "Pod | {containers: [{name: c, ports: [{containerPort: 1, hostPort: 2}]}]} | spec.containers[0].ports[0].hostPort",
                "Deployment | {template: {spec: {hostPID: true}}} | spec.template.spec.hostPID",
                "Service | {sessionAffinity: ClientIP} | spec.sessionAffinity",
                "Service | {externalIPs: [192.0.2.1]} | spec.externalIPs",
                "Service | {externalTrafficPolicy: Local} | spec.externalTrafficPolicy",
            })
    void eachFieldThatTheLabDoesNotDoIsNamed(String kind, String spec, String field) {
        assertThat(warnings(kind, spec))
                .containsExactly(kind + " default/a: " + field + ": not supported by the lab");
    }

    @Test
    void whatMakesNoDifferenceIsNotMentioned() {
        assertThat(
                        warnings(
                                "Pod",
                                """
                                {dnsPolicy: ClusterFirst, tolerations: [{operator: Exists}], securityContext: {},
                                 containers: [{name: c, imagePullPolicy: Always, resources: {requests: {cpu: 1}}}]}
                                """))
                .isEmpty();
    }

    @Test
    void aKindThatIsNotRunIsNamed() {
        assertThat(warnings("CronJob", "{}"))
                .containsExactly("CronJob default/a: kind CronJob is not supported by the lab");
        assertThat(warnings("VirtualService", "{hosts: [a]}")).isEmpty();
    }
}
