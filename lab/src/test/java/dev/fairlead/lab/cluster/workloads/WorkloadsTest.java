package dev.fairlead.lab.cluster.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.LabFixture;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadsTest {

    private static final String POD_SPEC = "{containers: [{name: c, image: x, command: [run]}]}";

    private static String deployment(int replicas, String version) {
        return """
        apiVersion: extensions/v1beta1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: %d
          template:
            metadata: {labels: {app: web, version: %s}}
            spec: %s
        """
                .formatted(replicas, version, POD_SPEC);
    }

    private static String of(String kind, String more) {
        return """
        apiVersion: apps/v1
        kind: %s
        metadata: {name: web}
        spec: {%s template: {metadata: {labels: {app: web}}, spec: %s}}
        """
                .formatted(kind, more, POD_SPEC);
    }

    private final LabFixture lab = new LabFixture();

    @Test
    void aDeploymentHasItsReplicasSpreadOverTheNodes() {
        lab.apply(deployment(4, "v1")).settle();
        assertThat(lab.names()).allMatch(name -> name.matches("web-[a-z0-9]{10}-[a-z0-9]{5}"));
        assertThat(lab.pods)
                .extracting(pod -> pod.launch().ip())
                .containsExactly("198.18.1.10", "198.18.2.10", "198.18.1.11", "198.18.2.11");
        PodLaunch pod = lab.pods.getFirst().launch();
        String hash = pod.labels().getOrDefault("pod-template-hash", "");
        assertThat(pod.name()).startsWith("web-" + hash + "-");
        assertThat(pod.ownerReferences().getFirst())
                .satisfies(owner -> {
                    assertThat(owner.kind()).isEqualTo("ReplicaSet");
                    assertThat(owner.name()).isEqualTo("web-" + hash);
                });
        assertThat(pod.serviceAccount()).isEqualTo("default");
        assertThat(lab.plan().changesNothing()).isTrue();
    }

    @Test
    void theSamePlanComesFromTheSameGenerator() {
        LabFixture other = new LabFixture().apply(deployment(3, "v1")).settle();
        assertThat(lab.apply(deployment(3, "v1")).settle().names()).isEqualTo(other.names());
    }

    @Test
    void fewerReplicasDropTheUnreadyThenTheYoungest() {
        lab.apply(deployment(2, "v1")).settle();
        List<String> oldest = lab.names();
        lab.apply(deployment(4, "v1")).settle();
        lab.unready().ready(name -> name.equals(oldest.getFirst()));
        lab.apply(deployment(1, "v1"));
        assertThat(lab.plan().keep())
                .extracting(pod -> pod.launch().name())
                .containsExactly(oldest.getFirst());
    }

    @Test
    void aNewTemplateReplacesOneByOneAndNeverFallsBelowReplicas() {
        lab.apply(deployment(2, "v1")).settle();
        lab.apply(deployment(2, "v2"));
        assertThat(lab.step().create()).hasSize(1);
        assertThat(lab.step().changesNothing()).as("the new pod is not ready").isTrue();
        for (int i = 0; i < 6; i++) {
            lab.ready(name -> true).forget();
            assertThat(lab.pods).filteredOn(PodState::ready).hasSizeBetween(2, 3);
            lab.step();
        }
        assertThat(lab.forget().pods)
                .hasSize(2)
                .allMatch(pod -> "v2".equals(pod.launch().labels().get("version")));
        assertThat(lab.plan().changesNothing()).isTrue();
    }

    @Test
    void anOldPodThatIsNotReadyIsNotWaitedFor() {
        lab.apply(deployment(1, "v1"));
        lab.step();
        lab.apply(deployment(1, "v2"));
        Plan plan = lab.step();
        assertThat(plan.delete()).hasSize(1);
        assertThat(plan.create()).hasSize(1);
    }

    @Test
    void goingBackToTheFirstTemplateKeepsItsPods() {
        lab.apply(deployment(1, "v1")).settle();
        String first = lab.names().getFirst();
        lab.apply(deployment(1, "v2"));
        lab.step();
        lab.apply(deployment(1, "v1")).settle();
        assertThat(lab.names()).containsExactly(first);
    }

    @Test
    void recreateStopsTheOldOnesFirst() {
        String recreate = "strategy: {type: Recreate}, ";
        lab.apply(of("Deployment", recreate)).settle();
        lab.apply(of("Deployment", recreate).replace("app: web", "app: web, v: '2'"));
        assertThat(lab.step().create()).isEmpty();
        assertThat(lab.step().create()).as("the old one still terminates").isEmpty();
        assertThat(lab.forget().step().create()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"})
    void podsGoWithTheirObject(String kind) {
        lab.apply(of(kind, "")).settle();
        assertThat(lab.pods).isNotEmpty();
        lab.remove("apps", kind, "web").settle();
        assertThat(lab.pods).isEmpty();
    }

    @Test
    void aDeploymentWhosePodEndedGetsAnother() {
        lab.apply(deployment(1, "v1")).settle();
        String ended = lab.names().getFirst();
        lab.finish(PodState.Phase.FAILED).settle();
        assertThat(lab.names()).hasSize(1).doesNotContain(ended);
    }

    @Test
    void aDaemonSetHasOnePodOnEachNodeThatItsSelectorAllows() {
        lab.apply(of("DaemonSet", "")).settle();
        assertThat(lab.pods)
                .extracting(pod -> pod.launch().node())
                .containsExactlyInAnyOrder("node-1", "node-2");
        lab.apply(
                        of("DaemonSet", "")
                                .replace("{containers", "{nodeSelector: {disk: ssd}, containers"))
                .settle();
        assertThat(lab.pods).extracting(pod -> pod.launch().node()).containsExactly("node-2");
    }

    @Test
    void aStatefulSetStartsItsPodsInOrderUnderTheirOwnNames() {
        lab.apply(of("StatefulSet", "replicas: 2, serviceName: db, "));
        lab.step();
        assertThat(lab.names()).containsExactly("web-0");
        assertThat(lab.plan().changesNothing()).isTrue();
        lab.settle();
        PodLaunch second = lab.pod("web-1").launch();
        assertThat(second.hostname()).isEqualTo("web-1");
        assertThat(second.subdomain()).isEqualTo("db");
        assertThat(second.labels()).containsEntry("statefulset.kubernetes.io/pod-name", "web-1");
        lab.apply(of("StatefulSet", "replicas: 1, serviceName: db, ")).settle();
        assertThat(lab.names()).containsExactly("web-0");
    }

    @Test
    void aJobIsTriedUntilItSucceeds() {
        lab.apply(
                of("Job", "completions: 1, ")
                        .replace("{containers", "{restartPolicy: Never, containers"));
        lab.step();
        assertThat(lab.pods).hasSize(1);
        lab.finish(PodState.Phase.FAILED);
        assertThat(lab.step().create()).hasSize(1);
        lab.finish(PodState.Phase.SUCCEEDED);
        assertThat(lab.step().changesNothing()).isTrue();
    }

    private static String pod(String metadata, String spec) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: p"
                + metadata
                + "}, spec: {"
                + spec
                + "containers: [{name: c, image: x, command: [run]}]}}";
    }

    @Test
    void labelsOfAPodChangeInPlaceAndANewSpecReplacesIt() {
        lab.apply(pod("", "")).settle();
        lab.apply(pod(", annotations: {fairlead.dev/mesh: enabled}", ""));
        Plan plan = lab.step();
        assertThat(plan.update().getFirst().annotations())
                .isEqualTo(Map.of("fairlead.dev/mesh", "enabled"));
        assertThat(plan.delete()).isEmpty();
        assertThat(lab.step().changesNothing()).isTrue();

        lab.apply(pod("", "hostname: other, "));
        assertThat(lab.step().delete()).hasSize(1);
        assertThat(lab.step().create()).as("the name is still taken").isEmpty();
        assertThat(lab.forget().step().create()).hasSize(1);
    }

    @Test
    void aPodThatEndedStays() {
        lab.apply(pod("", "restartPolicy: Never, "));
        lab.step();
        lab.finish(PodState.Phase.SUCCEEDED);
        assertThat(lab.step().changesNothing()).isTrue();
    }

    @Test
    void nodeNameAndNodeSelectorAreHonoured() {
        lab.apply(pod("", "nodeName: node-2, ")).settle();
        assertThat(lab.pod("p").launch().ip()).isEqualTo("198.18.2.10");
        LabFixture nowhere = new LabFixture().apply(pod("", "nodeSelector: {disk: tape}, "));
        assertThat(nowhere.plan().blocked())
                .containsExactly(
                        new Plan.Blocked(
                                "Pod default/p",
                                "no node has the nodeName or nodeSelector asked for",
                                false));
    }

    @Test
    void whatIsMissingBlocksUntilItCame() {
        lab.apply(pod("", "serviceAccountName: acct, "));
        assertThat(lab.step().blocked())
                .containsExactly(
                        new Plan.Blocked(
                                "Pod default/p", "ServiceAccount default/acct not found", false));
        lab.apply("{apiVersion: v1, kind: ServiceAccount, metadata: {name: acct}}");
        assertThat(lab.step().create()).hasSize(1);
    }

    @Test
    void aFreedAddressComesBackLate() {
        lab.apply(pod("", "nodeName: node-1, ")).settle();
        lab.remove("", "Pod", "p").settle();
        lab.apply(pod("", "nodeName: node-1, ")).settle();
        assertThat(lab.pod("p").launch().ip()).isEqualTo("198.18.1.11");
    }
}
