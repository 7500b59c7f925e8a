package dev.fairlead.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * From a bare cluster to the mesh and back, by the README's own commands. The steps build on each
 * other, as a user's do.
 */
@Tag("kube")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class InstallSteps {

    private final String[] options;
    private @Nullable Kube up;
    private Set<String> before = Set.of();
    private String foreign = "";

    /** {@code options}: of the cluster, as {@code ./fairlead kube up} takes them. */
    InstallSteps(String... options) {
        this.options = options;
    }

    @BeforeAll
    void up() {
        up = Kube.up("install", options).withImages();
        up.shell(
                        """
                        kubectl create -f deploy/daemonset/base/crds/wasmplugins.extensions.istio.io.yaml
                        kubectl label crd wasmplugins.extensions.istio.io app.kubernetes.io/part-of-
                        """)
                .ok();
        before = Leftovers.of(up);
        foreign = foreign();
    }

    @AfterAll
    void down() {
        if (up != null) {
            up.close();
        }
    }

    final Kube kube() {
        return Objects.requireNonNull(up);
    }

    private void follow(String heading) {
        for (String command : Readme.commands(heading)) {
            kube().shell(command).ok();
        }
    }

    @Test
    @Order(1)
    void installs() {
        follow("### Install");
        JsonNode agents = kube().get("-n", "fairlead-system", "daemonset", "fairlead-agent");
        assertThat(agents.at("/status/numberReady").asInt()).isEqualTo(2);
    }

    @Test
    @Order(2)
    void runningPodsJoinWithoutARestart() {
        kube().kubectl("apply", "-f", "samples/sleep/sleep.yaml").ok();
        kube().kubectl("wait", "--for=condition=Available", "deploy/sleep", "--timeout=120s").ok();
        String pod = kube().kubectl("get", "pods", "-l", "app=sleep", "-o", "name").ok();
        follow("### Enrol and route");
        Kube.await(
                "sleep is captured",
                () ->
                        kube().kubectl("get", pod, "-o", "jsonpath={.status.conditions}")
                                .out()
                                .contains("fairlead.dev/captured"));
        assertThat(kube().kubectl("get", "pods", "-l", "app=sleep", "-o", "name").ok())
                .as("the same pod, not restarted")
                .isEqualTo(pod);
        assertThat(kube().kubectl("get", pod, "-o", "jsonpath={..restartCount}").ok())
                .isEqualTo("0");
    }

    @Test
    @Order(3)
    void routingIsSwitchedByApply() {
        for (String version : new String[] {"v3", "v2", "v1"}) {
            kube().apply(reviewsTo(version)).ok();
            Kube.await("reviews " + version, () -> asked(20).equals(Set.of(version)));
        }
    }

    private Set<String> asked(int times) {
        String all =
                kube().in(
                                "default",
                                "deploy/sleep",
                                "curl",
                                "-sS",
                                "-w",
                                "\\n",
                                "http://reviews:9080/reviews/0?[1-" + times + "]")
                        .out();
        Set<String> versions = new TreeSet<>();
        all.lines()
                .filter(line -> line.contains("reviewer"))
                .map(line -> line.contains("red") ? "v3" : line.contains("black") ? "v2" : "v1")
                .forEach(versions::add);
        return versions;
    }

    private static String reviewsTo(String version) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: default}
        spec:
          hosts: [reviews]
          http:
          - route:
            - destination: {host: reviews, subset: %s}
        """
                .formatted(version);
    }

    @Test
    @Order(4)
    void whatIsWrongIsRefusedWithItsField() {
        var refused = kube().apply(reviewsTo("v1").replace("http:", "htttp:"));
        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("htttp");
        refused =
                kube().apply(
                                reviewsTo("v1")
                                        .replace(
                                                "subset: v1", "subset: v1, port: {number: 99999}"));
        assertThat(refused.status()).isNotZero();
        assertThat(refused.err()).contains("spec.http[0].route[0].destination.port.number");
    }

    /** The set that the reader's own test has, by kubectl and the webhook: nothing is stored. */
    @Test
    @Order(4)
    void theWholeSetIsJudgedAsItSays() {
        String wrong =
                kube().shell(
                                """
                                cd pilot-lite/src/test/resources/admission
                                files() { find $1 -name '*.yaml' | xargs grep -L '^# compat:' | sort; }
                                said=$(files valid | sed 's/^/-f /' | xargs kubectl apply --dry-run=server 2>&1) || echo "$said"
                                files invalid | while read -r file; do
                                  said=$(kubectl apply --dry-run=server -f "$file" 2>&1 </dev/null)
                                  status=$?
                                  field=$(sed -n 's|^# refused: *||p' "$file" | head -1 | sed 's|.*[.]||; s|[[].*||')
                                  [ $status != 0 ] && grep -qF -- "$field" <<<"$said" || echo "$file: $field: $said"
                                done
                                true
                                """)
                        .ok();
        assertThat(wrong).as("files that were not judged as they say").isEmpty();
    }

    @Test
    @Order(5)
    void objectsSayWhatBecameOfThem() {
        Kube.await(
                "programmed on both agents",
                () -> {
                    String conditions =
                            kube().kubectl(
                                            "get",
                                            "virtualservice",
                                            "reviews",
                                            "-o",
                                            "jsonpath={.status.conditions}")
                                    .out();
                    return conditions.contains("\"Accepted\"")
                            && conditions.contains("\"Programmed\"")
                            && conditions.contains("2 of 2");
                });
    }

    @Test
    @Order(6)
    void betweenNodesThereIsNothingToRead() {
        Wire.Seen seen = Wire.between(kube());
        assertThat(seen.plainHttp()).as("lines of HTTP between the nodes").isZero();
        assertThat(seen.tlsRecords()).as("TLS records between the nodes").isPositive();
    }

    @Test
    @Order(7)
    void strictKeepsPlainClientsOut() {
        kube().kubectl("apply", "-f", "samples/sleep/legacy.yaml").ok();
        kube().kubectl(
                        "-n",
                        "legacy",
                        "wait",
                        "--for=condition=Available",
                        "deploy/sleep",
                        "--timeout=60s")
                .ok();
        String url = "http://reviews.default:9080/reviews/0";
        Kube.await("a plain client is served", () -> kube().status("legacy", url).equals("200"));
        kube().kubectl("apply", "-f", "samples/bookinfo/networking/strict.yaml").ok();
        Kube.await("a plain client is refused", () -> kube().status("legacy", url).equals("000"));
        assertThat(kube().status("default", url)).isEqualTo("200");
        String restarts = kube().kubectl("get", "pods", "-o", "jsonpath={..restartCount}").ok();
        assertThat(restarts.replace(" ", "")).as("kubelet's probes pass").matches("0+");
    }

    /** A definition that was there before is used; one of ours that is out of date is renewed. */
    @Test
    @Order(8)
    void definitionsOfOthersAreNeverTouched() {
        String ours = "customresourcedefinition/virtualservices.networking.istio.io";
        kube().kubectl("annotate", ours, "--overwrite", "fairlead.dev/content-sha256=old").ok();
        kube().kubectl("-n", "fairlead-system", "delete", "jobs", "--all").ok();
        kube().kubectl("apply", "-k", "deploy/daemonset").ok();
        Kube.await(
                "the definition is ours again",
                () ->
                        !kube().kubectl("get", ours, "-o", "jsonpath={.metadata.annotations}")
                                .ok()
                                .contains("\"old\""));
        assertThat(foreign()).as("Istio's own definition").isEqualTo(foreign);
    }

    private String foreign() {
        return kube().kubectl(
                        "get",
                        "customresourcedefinition/wasmplugins.extensions.istio.io",
                        "-o",
                        "jsonpath={.metadata.resourceVersion} {.metadata.uid}")
                .ok();
    }

    /** What a served kind's old form, and who changes what is ours, bring about. */
    @Test
    @Order(8)
    void oldKindsAndRepairs() {
        kube().apply(
                        """
                        apiVersion: authentication.istio.io/v1alpha1
                        kind: Policy
                        metadata: {name: default, namespace: legacy}
                        spec: {peers: [{mtls: {mode: PERMISSIVE}}]}
                        ---
                        apiVersion: authentication.istio.io/v1alpha1
                        kind: MeshPolicy
                        metadata: {name: default}
                        spec: {peers: [{mtls: {mode: PERMISSIVE}}]}
                        ---
                        apiVersion: networking.istio.io/v1
                        kind: Sidecar
                        metadata: {name: default, namespace: legacy}
                        spec: {egress: [{hosts: ["./*", "default/*"]}]}
                        """)
                .ok();
        for (String object :
                new String[] {
                    "policies.authentication.istio.io/default",
                    "meshpolicies.authentication.istio.io/default",
                    "sidecars.networking.istio.io/default"
                }) {
            Kube.await(
                    object + " is accepted",
                    () ->
                            kube().kubectl(
                                            "-n",
                                            "legacy",
                                            "get",
                                            object,
                                            "-o",
                                            "jsonpath={.status.conditions}")
                                    .out()
                                    .contains("Accepted"));
        }
        kube().kubectl(
                        "-n",
                        "fairlead-system",
                        "patch",
                        "configmap",
                        "fairlead-root",
                        "-p",
                        "{\"data\":{\"root.pem\":\"nothing\"}}")
                .ok();
        Kube.await(
                "ca has put its root back",
                () ->
                        kube().kubectl(
                                        "-n",
                                        "fairlead-system",
                                        "get",
                                        "configmap",
                                        "fairlead-root",
                                        "-o",
                                        "yaml")
                                .ok()
                                .contains("BEGIN CERTIFICATE"));
    }

    @Test
    @Order(9)
    void ourAccountsMayDoWhatTheyDoAndNoMore() {
        Audit audit = Audit.of(kube());
        assertThat(audit.denied()).as("requests that were denied").isEmpty();
        assertThat(audit.unused()).as("rights that nothing used").isEmpty();
    }

    @Test
    @Order(10)
    void uninstallLeavesNothingOfOursAndAllOfTheUsers() {
        follow("### Uninstall");
        assertThat(kube().kubectl("get", "virtualservices", "-o", "name").ok()).contains("reviews");
        assertThat(asked(10)).as("the pods serve on").isNotEmpty();
        var refused = kube().shell("./fairlead uninstall --purge-crds");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("nothing was done", "VirtualService default/reviews");
        kube().kubectl("delete", "-f", "samples/bookinfo", "-f", "samples/sleep").ok();
        kube().shell(
                        "kubectl delete -A --all virtualservices,destinationrules,sidecars,"
                                + "peerauthentications,meshpolicies,policies.authentication.istio.io")
                .ok();
        kube().shell("./fairlead uninstall --purge-crds").ok();
        Kube.await(
                "all is as before",
                Duration.ofSeconds(60),
                () -> Leftovers.of(kube()).equals(before),
                () -> {
                    Set<String> now = Leftovers.of(kube());
                    Set<String> more = new TreeSet<>(now);
                    more.removeAll(before);
                    Set<String> less = new TreeSet<>(before);
                    less.removeAll(now);
                    return "more: " + more + " less: " + less;
                });
        assertThat(kube().kubectl("get", "crds", "-o", "name").ok())
                .isEqualTo(
                        "customresourcedefinition.apiextensions.k8s.io/wasmplugins.extensions.istio.io");
    }
}
