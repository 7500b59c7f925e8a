package dev.fairlead.lab.cluster.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.network.Endpoints;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.cluster.view.Tables.Format;
import dev.fairlead.lab.cluster.view.Tables.Output;
import dev.fairlead.lab.cluster.view.Tables.Query;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TablesTest {

    private static final Clock CLOCK =
            Clock.fixed(LabFixture.START.plus(Duration.ofMinutes(5)), ZoneOffset.UTC);

    private final LabFixture lab =
            new LabFixture()
                    .apply(
                            """
                            {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: x, command: [y]}]}}}}
                            ---
                            {apiVersion: v1, kind: Pod, metadata: {name: one, namespace: other}, spec: {containers: [{name: c, image: x, command: [y]}]}}
                            ---
                            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort, clusterIP: 198.19.0.10, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}}
                            ---
                            {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: v}, spec: {hosts: [web]}}
                            ---
                            {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: "1", b: "true", c: text}}
                            """)
                    .settle();

    private Output get(String kind, String name, String namespace, Format format) {
        ClusterView view =
                new ClusterView(
                        lab.applied(),
                        lab.pods,
                        lab.nodes,
                        Endpoints.slices(lab.applied(), lab.pods),
                        LabFixture.START);
        return new Tables(CLOCK).get(new Query(kind, name, namespace, format), view);
    }

    private String table(String kind, String namespace, Format format) {
        return get(kind, "", namespace, format)
                .out()
                .replaceAll("web-[a-z0-9]{10}-[a-z0-9]{5}", "web-POD")
                .replaceAll("web-[a-z2-7]{5} ", "web-SLICE ");
    }

    @Test
    void podsInANamespace() {
        assertThat(table("po", "default", Format.TABLE).replaceAll(" +", " "))
                .isEqualTo(
                        """
                        NAME READY STATUS RESTARTS AGE
                        web-POD 1/1 Running 0 4m59s
                        web-POD 1/1 Running 0 4m59s
                        """);
    }

    @Test
    void podsEverywhereWide() {
        assertThat(table("pods", "", Format.WIDE).replaceAll(" +", " "))
                .isEqualTo(
                        """
                        NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE
                        default web-POD 1/1 Running 0 4m59s 198.18.1.11 node-1
                        default web-POD 1/1 Running 0 4m59s 198.18.2.10 node-2
                        other one 1/1 Running 0 4m59s 198.18.1.10 node-1
                        """);
    }

    @Test
    void columnsAreThreeBlanksApart() {
        assertThat(table("svc", "default", Format.TABLE))
                .isEqualTo(
                        """
                        NAME   TYPE       CLUSTER-IP    EXTERNAL-IP   PORT(S)        AGE
                        web    NodePort   198.19.0.10   <none>        80:30080/TCP   5m
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nodes | NAME STATUS ROLES AGE VERSION/node-1 Ready <none> 5m lab/node-2 Ready <none> 5m lab/",
                "deploy | NAME READY UP-TO-DATE AVAILABLE AGE/web 2/2 2 2 5m/",
                "ns | NAME STATUS AGE/default Active 5m/fairlead-system Active 5m/kube-system Active 5m/",
                "vs | NAME GATEWAYS HOSTS AGE/v  [\"web\"] 5m/",
                "cm | NAME DATA AGE/c 3 5m/",
            })
    void otherKinds(String kind, String expected) {
        assertThat(table(kind, "default", Format.TABLE).replaceAll(" +", " ").replace('\n', '/'))
                .isEqualTo(expected.strip().replaceAll(" +", " "));
    }

    @Test
    void whatIsNotThereIsSaidAsKubectlSaysIt() {
        assertThat(get("secrets", "", "default", Format.TABLE))
                .isEqualTo(new Output("", "No resources found in default namespace.\n", 0));
        assertThat(get("secrets", "", "", Format.TABLE))
                .isEqualTo(new Output("", "No resources found\n", 0));
        assertThat(get("pod", "nix", "default", Format.YAML))
                .isEqualTo(
                        new Output(
                                "", "Error from server (NotFound): pods \"nix\" not found\n", 1));
        assertThat(get("gizmo", "", "default", Format.TABLE).error())
                .isEqualTo("error: the server doesn't have a resource type \"gizmo\"\n");
    }

    @Test
    void yamlAndJsonCanBeAppliedAgain() {
        String yaml = get("cm", "c", "default", Format.YAML).out();
        assertThat(yaml).contains("a: \"1\"", "b: \"true\"", "c: text");
        assertThat(Manifests.parse("again", yaml, "x").getFirst())
                .isEqualTo(lab.applied().ofKind("ConfigMap").getFirst());
        String json = get("pods", "", "default", Format.JSON).out();
        assertThat(Manifests.parse("again.json", json, "x"))
                .hasSize(2)
                .allMatch(pod -> Json.text(pod, "status.phase").equals("Running"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "119, 119s",
        "120, 2m",
        "125, 2m5s",
        "600, 10m",
        "10799, 179m",
        "10800, 3h",
        "12000, 3h20m",
        "28800, 8h",
        "172800, 2d",
        "187200, 2d4h",
        "691200, 8d",
        "31536000, 365d",
    })
    void agesAreInAtMostTwoUnits(long seconds, String age) {
        assertThat(Age.of(Duration.ofSeconds(seconds))).isEqualTo(age);
    }
}
