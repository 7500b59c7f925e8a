package dev.fairlead.lab.cluster.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrolmentTest {

    private static final String OFF = "annotations: {fairlead.dev/mesh: disabled}";
    private static final String ON = "annotations: {fairlead.dev/mesh: enabled}";

    private static PodLaunch pod(String namespace, String metadata, String spec) {
        return new LabFixture()
                .apply(
                        "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: "
                                + namespace
                                + ", "
                                + metadata
                                + "}, spec: {"
                                + spec
                                + "containers: [{name: c, image: x, command: [y]}]}}")
                .settle()
                .pods
                .getFirst()
                .launch();
    }

    private static JsonNode namespace(String metadata) {
        return Manifests.parse(
                        "n",
                        "{apiVersion: v1, kind: Namespace, metadata: {name: a, " + metadata + "}}",
                        "")
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ON + " | '' | Enrolled | namespace a: fairlead.dev/mesh: enabled",
                "labels: {istio-injection: enabled} | '' | Enrolled | namespace a: istio-injection: enabled",
                "'' | '' | LeftAlone | namespace a does not ask for it",
                "labels: {istio-injection: disabled} | '' | LeftAlone | namespace a does not ask for it",
                OFF
                        + ", labels: {istio-injection: enabled} | '' | LeftAlone | namespace a: fairlead.dev/mesh: disabled",
                ON + " | " + OFF + " | LeftAlone | pod a/p: fairlead.dev/mesh: disabled",
                OFF + " | " + ON + " | Enrolled | pod a/p: fairlead.dev/mesh: enabled",
                ON
                        + " | 'annotations: {sidecar.istio.io/inject: \"false\"}' | LeftAlone | 'pod: sidecar.istio.io/inject: \"false\"'",
                ON
                        + " | 'annotations: {sidecar.istio.io/inject: \"true\"}' | Enrolled | namespace a: fairlead.dev/mesh: enabled",
                ON
                        + " | labels: {istio.io/dataplane-mode: ambient} | LeftAlone | pod is in ambient mode",
                ON
                        + ", labels: {istio.io/dataplane-mode: ambient} | '' | LeftAlone | pod is in ambient mode",
                ON
                        + " | annotations: {fairlead.dev/mesh: maybe} | Invalid | 'pod a/p: fairlead.dev/mesh: maybe: enabled or disabled expected'",
            })
    void thePodsWordCountsBeforeItsNamespaces(
            String namespace, String metadata, String answer, String reason) {
        Enrolment enrolment = Enrolment.of(pod("a", metadata, ""), namespace(namespace));
        assertThat(enrolment.getClass().getSimpleName()).isEqualTo(answer);
        assertThat(enrolment.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kube-system | '' | namespace kube-system is never enrolled",
                "fairlead-system | '' | namespace fairlead-system is never enrolled",
                "a | 'hostNetwork: true, ' | pod is on the node's network",
                "a | 'initContainers: [{name: istio-proxy, restartPolicy: Always, image: x, command: [y]}], ' | pod has a sidecar",
            })
    void someAreLeftAloneWhateverTheySay(String namespace, String spec, String reason) {
        assertThat(Enrolment.of(pod(namespace, ON, spec), namespace(ON)))
                .isEqualTo(new Enrolment.LeftAlone(reason));
    }

    @Test
    void withoutANamespaceObjectOnlyThePodCanAsk() {
        assertThat(Enrolment.of(pod("a", "", ""), null)).isInstanceOf(Enrolment.LeftAlone.class);
        assertThat(Enrolment.of(pod("a", ON, ""), null)).isInstanceOf(Enrolment.Enrolled.class);
    }

    private static Enrolment annotated(String annotations) {
        return Enrolment.of(pod("a", "annotations: {" + annotations + "}", ""), namespace(ON));
    }

    @Test
    void exclusionsOfBothFamiliesAddUp() {
        assertThat(
                        annotated(
                                """
                                traffic.sidecar.istio.io/excludeInboundPorts: "8080, 22",
                                fairlead.dev/exclude-inbound-ports: "22,9",
                                traffic.sidecar.istio.io/excludeOutboundPorts: "3306",
                                fairlead.dev/exclude-outbound-cidrs: "198.18.0.0/24, 198.18.5.5",
                                traffic.sidecar.istio.io/excludeOutboundIPRanges: "fd00::/8",
                                traffic.sidecar.istio.io/includeInboundPorts: "80",
                                traffic.sidecar.istio.io/includeOutboundIPRanges: "*"
                                """))
                .isEqualTo(
                        new Enrolment.Enrolled(
                                "namespace a: fairlead.dev/mesh: enabled",
                                new Exclusions(
                                        List.of(9, 22, 8080),
                                        List.of(3306),
                                        List.of("198.18.0.0/24", "198.18.5.5/32", "fd00::/8")),
                                List.of(
                                        "pod a/p: traffic.sidecar.istio.io/includeInboundPorts: not supported yet")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fairlead.dev/exclude-inbound-ports | 80-90 | no port number",
                "fairlead.dev/exclude-outbound-ports | 70000 | no port number",
                "traffic.sidecar.istio.io/excludeOutboundPorts | 0 | no port number",
                "fairlead.dev/exclude-outbound-cidrs | 198.18.0.0/33 | no CIDR",
                "fairlead.dev/exclude-outbound-cidrs | host | no CIDR",
            })
    void aBadExclusionIsAnError(String annotation, String value, String what) {
        assertThat(annotated(annotation + ": \"" + value + "\""))
                .isEqualTo(
                        new Enrolment.Invalid(
                                "pod a/p: " + annotation + ": \"" + value + "\" is " + what));
    }
}
