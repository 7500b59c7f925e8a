package dev.fairlead.lab.cluster.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointsTest {

    private static String pod(String name, String ports) {
        return "---\n{apiVersion: v1, kind: Pod, metadata: {name: "
                + name
                + ", labels: {app: web}}, spec: {subdomain: head, nodeName: node-1, containers: [{name: c, image: x, command: [y], ports: ["
                + ports
                + "]}]}}\n";
    }

    private static String service(String name, String spec) {
        return "---\n{apiVersion: v1, kind: Service, metadata: {name: "
                + name
                + "}, spec: {"
                + spec
                + "}}\n";
    }

    private static List<ObjectNode> slices(LabFixture lab) {
        return Endpoints.slices(lab.applied(), lab.pods);
    }

    private static String ports(ObjectNode slice) {
        return slice.path("ports").toString();
    }

    private static String conditions(ObjectNode slice) {
        StringBuilder text = new StringBuilder();
        for (JsonNode endpoint : slice.path("endpoints")) {
            JsonNode c = endpoint.path("conditions");
            text.append(endpoint.path("addresses").path(0).asText())
                    .append(c.path("ready").asBoolean() ? " ready" : "")
                    .append(c.path("serving").asBoolean() ? " serving" : "")
                    .append(c.path("terminating").asBoolean() ? " terminating" : "")
                    .append('\n');
        }
        return text.toString();
    }

    @Test
    void aWholeSlice() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                pod("p", "{containerPort: 80, name: http}")
                                        + service(
                                                "web",
                                                "selector: {app: web}, ports: [{name: http, port: 8000, targetPort: http, appProtocol: http}]"))
                        .settle();
        assertThat(slices(lab).getFirst())
                .hasToString(
                        """
                        {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-NAME","namespace":"default",\
                        "labels":{"kubernetes.io/service-name":"web","endpointslice.kubernetes.io/managed-by":"fairlead-lab"}},\
                        "addressType":"IPv4","endpoints":[{"addresses":["198.18.1.10"],\
                        "conditions":{"ready":true,"serving":true,"terminating":false},"nodeName":"node-1",\
                        "targetRef":{"kind":"Pod","name":"p","namespace":"default","uid":"uid-p-0"}}],\
                        "ports":[{"name":"http","port":80,"protocol":"TCP","appProtocol":"http"}]}\
                        """
                                .replace("web-NAME", Json.name(slices(lab).getFirst())));
    }

    @Test
    void readyServingAndTerminatingAreTold() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                pod("a", "")
                                        + pod("b", "")
                                        + pod("c", "")
                                        + service(
                                                "web",
                                                "selector: {app: web}, ports: [{port: 80}]"));
        lab.step();
        lab.ready(name -> !name.equals("b"));
        PodState going = LabFixture.terminating(lab.pod("c"), LabFixture.START);
        lab.pods.set(2, going);
        assertThat(conditions(slices(lab).getFirst()))
                .isEqualTo(
                        """
                        198.18.1.10 ready serving
                        198.18.1.11
                        198.18.1.12 serving terminating
                        """);
    }

    @Test
    void publishNotReadyAddressesShowsAll() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                pod("a", "")
                                        + service(
                                                "web",
                                                "selector: {app: web}, publishNotReadyAddresses: true"));
        lab.step();
        assertThat(conditions(slices(lab).getFirst())).isEqualTo("198.18.1.10 ready\n");
    }

    @Test
    void podsThatResolveANamedPortDifferentlyGetSlicesOfTheirOwn() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                pod("a", "{containerPort: 80, name: http}")
                                        + pod("b", "{containerPort: 81, name: http}")
                                        + pod("c", "")
                                        + service(
                                                "web",
                                                "selector: {app: web}, ports: [{port: 8000, targetPort: http}]"))
                        .settle();
        assertThat(slices(lab))
                .extracting(EndpointsTest::ports)
                .containsExactly(
                        "[{\"name\":\"\",\"port\":80,\"protocol\":\"TCP\"}]",
                        "[{\"name\":\"\",\"port\":81,\"protocol\":\"TCP\"}]",
                        "");
        assertThat(slices(lab)).extracting(Json::name).doesNotHaveDuplicates();
    }

    @Test
    void headlessServicesNameTheirHosts() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                pod("a", "")
                                        + service("head", "clusterIP: None, selector: {app: web}"))
                        .settle();
        ObjectNode slice = slices(lab).getFirst();
        assertThat(slice.path("endpoints").path(0).path("hostname").asText()).isEqualTo("a");
        assertThat(Json.labels(slice)).containsKey("service.kubernetes.io/headless");
    }

    @Test
    void aServiceWithoutPodsHasAnEmptySliceAndExternalNamesHaveNone() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                service("web", "selector: {app: none}, ports: [{port: 80}]")
                                        + service(
                                                "ext",
                                                "type: ExternalName, externalName: example.com"));
        assertThat(slices(lab)).hasSize(1);
        assertThat(slices(lab).getFirst().path("endpoints")).isEmpty();
    }

    @Test
    void withoutASelectorTheUsersOwnEndpointsCount() {
        LabFixture lab =
                new LabFixture()
                        .apply(
                                service("ext", "ports: [{port: 80}]")
                                        + """
                                        ---
                                        apiVersion: v1
                                        kind: Endpoints
                                        metadata: {name: ext}
                                        subsets:
                                        - addresses: [{ip: 198.18.0.9}]
                                          notReadyAddresses: [{ip: 198.18.0.8}]
                                          ports: [{port: 8080}]
                                        ---
                                        apiVersion: discovery.k8s.io/v1
                                        kind: EndpointSlice
                                        metadata: {name: own, labels: {kubernetes.io/service-name: ext}}
                                        addressType: IPv4
                                        endpoints: [{addresses: [198.18.0.7]}]
                                        ports: [{port: 8081}]
                                        """);
        assertThat(conditions(slices(lab).getFirst()))
                .isEqualTo("198.18.0.9 ready serving\n198.18.0.8\n");
        assertThat(slices(lab).get(1).path("metadata").path("name").asText()).isEqualTo("own");
        assertThat(
                        new Backends(slices(lab))
                                .forPort(lab.applied().ofKind("Service").getFirst(), "", "TCP"))
                .extracting(backend -> backend.address() + ":" + backend.port())
                .containsExactly("198.18.0.9:8080", "198.18.0.7:8081");
    }
}
