package dev.fairlead.lab.cluster.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.Probe;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Manifests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchesTest {

    private static final ImageMap IMAGES =
            LabFixture.images(
                    """
                    images:
                    - {name: web, folder: web, command: [web, --fast], args: ["80"], env: {A: image, B: image}}
                    - {name: bare}
                    """);

    private static final Applied OBJECTS =
            new LabFixture()
                    .apply(
                            """
                            apiVersion: v1
                            kind: ConfigMap
                            metadata: {name: cm}
                            data: {one: "1", two: "2"}
                            binaryData: {bin: AQI=}
                            ---
                            apiVersion: v1
                            kind: Secret
                            metadata: {name: s}
                            data: {key: c2VjcmV0}
                            stringData: {plain: text}
                            ---
                            apiVersion: v1
                            kind: ServiceAccount
                            metadata: {name: acct}
                            """)
                    .applied();

    private static Launches.Result result(String spec) {
        ObjectNode pod =
                Manifests.parse(
                                "p",
                                "{apiVersion: v1, kind: Pod, metadata: {name: p, uid: u, labels: {app: x}}, spec: "
                                        + spec
                                        + "}",
                                "default")
                        .getFirst();
        pod.withObject("/spec").put("nodeName", "node-1");
        return new Launches(IMAGES).launch(pod, "198.18.1.10", "198.18.1.1", OBJECTS);
    }

    private static PodLaunch launch(String spec) {
        if (result(spec) instanceof Launches.Ready(var launch)) {
            return launch;
        }
        throw new AssertionError(result(spec));
    }

    private static ContainerLaunch container(String fields) {
        return launch("{containers: [{name: c, " + fields + "}]}").containers().getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "image: web | web --fast 80",
                "image: web, args: [a, b] | web --fast a b",
                "image: web, command: [sh] | sh",
                "image: web, command: [sh], args: [-c, x] | sh -c x",
                "image: unknown, command: [sleep], args: ['1'] | sleep 1",
                "image: web, args: [$(X)-$(NO)-$$(X)], env: [{name: X, value: y}] | web --fast y-$(NO)-$(X)",
            })
    void commandAndArgsReplaceWhatTheImageSays(String fields, String argv) {
        assertThat(String.join(" ", container(fields).argv())).isEqualTo(argv.strip());
    }

    @Test
    void theFolderOfTheImageIsBoundAndAnUnknownImageHasNone() {
        assertThat(container("image: web").appFolder()).isEqualTo(Path.of("/samples/web"));
        assertThat(container("image: x, command: [y]").appFolder()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{containers: [{name: c, image: nix}]} | pod default/p: container c: image nix is not in samples/images.yaml and the container has no command",
                "{containers: [{name: c, image: bare}]} | pod default/p: container c: image bare has no command in samples/images.yaml",
                "{containers: []} | spec.containers is empty",
                "{containers: [{name: c, image: web, volumeMounts: [{name: v, mountPath: /v}]}]} | container c: volumeMounts: no volume v",
                "{containers: [{name: c, image: web, readinessProbe: {tcpSocket: {port: http}}}]} | container c: readinessProbe: no port \"http\"",
                "{containers: [{name: c, image: web, env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.x}}}]}]} | container c: env A: fieldPath spec.x is not supported",
            })
    void onlyAChangeOfThePodHelps(String spec, String reason) {
        assertThat(result(spec)).isEqualTo(new Launches.Refused(reason.strip()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{serviceAccountName: nix, containers: [{name: c, image: web}]} | ServiceAccount default/nix not found",
                "{containers: [{name: c, image: web, envFrom: [{configMapRef: {name: nix}}]}]} | ConfigMap default/nix not found",
                "{containers: [{name: c, image: web, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: nix}}}]}]} | Secret s has no key nix",
            })
    void whatIsMissingMayCome(String spec, String reason) {
        assertThat(result(spec)).isEqualTo(new Launches.NotYet(reason.strip()));
    }

    @Test
    void variablesComeFromTheImageThenEnvFromThenEnv() {
        ContainerLaunch container =
                container(
                        """
                        image: web,
                        envFrom: [{configMapRef: {name: cm}, prefix: P_}, {secretRef: {name: nix, optional: true}}],
                        env: [
                          {name: B, value: own},
                          {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: key}}},
                          {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}},
                          {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}},
                          {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}},
                          {name: URL, value: "http://$(IP):$(P_one)/$(LATER)"},
                          {name: LATER, value: x},
                          {name: NONE, valueFrom: {configMapKeyRef: {name: cm, key: nix, optional: true}}}]
                        """);
        assertThat(container.env())
                .containsExactly(
                        entry("A", "image"),
                        entry("B", "own"),
                        entry("P_bin", "\u0001\u0002"),
                        entry("P_one", "1"),
                        entry("P_two", "2"),
                        entry("SECRET", "secret"),
                        entry("NODE", "node-1"),
                        entry("IP", "198.18.1.10"),
                        entry("APP", "x"),
                        entry("URL", "http://198.18.1.10:1/$(LATER)"),
                        entry("LATER", "x"));
    }

    @Test
    void volumesBecomeFilesAndEmptyFolders() {
        ContainerLaunch container =
                launch(
                                """
                                {containers: [{name: c, image: web, volumeMounts: [
                                   {name: cm, mountPath: /etc/cm}, {name: cm, mountPath: /etc/one.txt, subPath: one},
                                   {name: s, mountPath: /etc/s/}, {name: all, mountPath: /all}, {name: tmp, mountPath: /tmp, subPath: t}]}],
                                 volumes: [{name: cm, configMap: {name: cm, items: [{key: one, path: one, mode: 0600}]}},
                                   {name: s, secret: {secretName: s, defaultMode: 0400}},
                                   {name: all, projected: {sources: [{configMap: {name: cm, items: [{key: two, path: d/2}]}},
                                       {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}},
                                   {name: tmp, emptyDir: {medium: Memory}}]}
                                """)
                        .containers()
                        .getFirst();
        assertThat(container.files())
                .containsExactly(
                        new FileMount("/etc/cm/one", Bytes.utf8("1"), 0600),
                        new FileMount("/etc/one.txt", Bytes.utf8("1"), 0600),
                        new FileMount("/etc/s/key", Bytes.utf8("secret"), 0400),
                        new FileMount("/etc/s/plain", Bytes.utf8("text"), 0400),
                        new FileMount("/all/d/2", Bytes.utf8("2"), 0644),
                        new FileMount("/all/labels", Bytes.utf8("app=\"x\""), 0644));
        assertThat(container.emptyDirs())
                .containsExactly(new EmptyDirMount("tmp", "/tmp", "t", true, false));
    }

    @Test
    void aGrpcProbeIsOfAServiceOrOfTheWholeServer() {
        ContainerLaunch container =
                container(
                        """
                        image: web,
                        readinessProbe: {grpc: {port: 9000}},
                        livenessProbe: {grpc: {port: 9000, service: shop}}
                        """);
        assertThat(container.readiness())
                .isEqualTo(new Probe(new Probe.Grpc(9000, ""), Probe.Timing.DEFAULT));
        assertThat(container.liveness())
                .isEqualTo(new Probe(new Probe.Grpc(9000, "shop"), Probe.Timing.DEFAULT));
    }

    @Test
    void probesHavePortsByNumberOrNameAndKubernetesDefaults() {
        ContainerLaunch container =
                container(
                        """
                        image: web, ports: [{name: http, containerPort: 80}],
                        readinessProbe: {httpGet: {port: http, path: /ready, httpHeaders: [{name: Host, value: h}]}, periodSeconds: 1},
                        livenessProbe: {tcpSocket: {port: 80}},
                        startupProbe: {exec: {command: [test, -f, /x]}, failureThreshold: 30}
                        """);
        assertThat(container.readiness())
                .isEqualTo(
                        new Probe(
                                new Probe.Http("", 80, "/ready", Map.of("Host", "h"), "HTTP"),
                                new Probe.Timing(
                                        Duration.ZERO,
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(1),
                                        1,
                                        3)));
        assertThat(container.liveness())
                .isEqualTo(new Probe(new Probe.Tcp("", 80), Probe.Timing.DEFAULT));
        assertThat(container.startup())
                .extracting(Probe::check)
                .isEqualTo(new Probe.Exec(List.of("test", "-f", "/x")));
    }
}
