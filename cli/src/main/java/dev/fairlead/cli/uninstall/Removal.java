package dev.fairlead.cli.uninstall;

import dev.fairlead.kubernetes.crds.Ownership;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The steps of an uninstall, in the order that harms no traffic: nothing new may be refused, pods
 * leave the mesh, agents stop, nodes are cleaned, objects go. Each step finds what is left of it,
 * so that the whole may be run again.
 *
 * <p>Thread: the caller's, which waits.
 */
final class Removal {

    static final String NAMESPACE = "fairlead-system";
    static final String AGENT = "fairlead-agent";
    private static final String CAPTURED = "fairlead.dev/captured";
    private static final Duration LOOK = Duration.ofMillis(500);

    private final KubernetesClient client;
    private final Duration timeout;
    private final Consumer<String> say;

    /** A step did not end in time. */
    static final class Stuck extends RuntimeException {
        Stuck(String message) {
            super(message);
        }
    }

    Removal(KubernetesClient client, Duration timeout, Consumer<String> say) {
        this.client = client;
        this.timeout = timeout;
        this.say = say;
    }

    void run() throws InterruptedException {
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withLabel(Ownership.LABEL, Ownership.VALUE)
                .delete();
        say.accept("webhook deleted");
        DaemonSet agent = agents().get();
        if (agent != null) {
            release();
            stopAgents();
        }
        cleanNodes(agent);
        deleteObjects();
        forgetConditions();
        say.accept("done");
    }

    private Resource<DaemonSet> agents() {
        return client.apps().daemonSets().inNamespace(NAMESPACE).withName(AGENT);
    }

    /** Pods leave while their agents run: connections end by themselves, none is cut. */
    private void release() throws InterruptedException {
        var mesh = client.configMaps().inNamespace(NAMESPACE).withName("mesh");
        ConfigMap present = mesh.get();
        if (present == null) {
            return;
        }
        mesh.edit(settings -> {
            settings.setData(Map.of("mesh", Enrolment.off(settings.getData())));
            return settings;
        });
        try {
            await("pods to leave the mesh", () -> captured().isEmpty());
            say.accept("pods have left the mesh");
        } catch (Stuck e) {
            say.accept(e.getMessage() + "; cleaning the nodes will take them out");
        }
    }

    private List<Pod> captured() {
        return client.pods().inAnyNamespace().list().getItems().stream()
                .filter(pod -> condition(pod, "True"))
                .toList();
    }

    private static boolean condition(Pod pod, String status) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals(CAPTURED) && status.equals(c.getStatus()));
    }

    private void stopAgents() throws InterruptedException {
        agents().delete();
        await(
                "agents to stop",
                () ->
                        client.pods()
                                .inNamespace(NAMESPACE)
                                .withLabel("app.kubernetes.io/name", AGENT)
                                .list()
                                .getItems()
                                .isEmpty());
        say.accept("agents stopped");
    }

    private void cleanNodes(@Nullable DaemonSet agent) throws InterruptedException {
        var cleaners = client.apps().daemonSets().inNamespace(NAMESPACE).withName(Cleaner.NAME);
        if (agent != null) {
            client.resource(Cleaner.of(agent)).unlock().createOr(present -> present.update());
        } else if (cleaners.get() == null) {
            return;
        }
        await(
                "nodes to be cleaned",
                () -> {
                    DaemonSet present = cleaners.get();
                    var status = present == null ? null : present.getStatus();
                    return status != null
                            && Objects.equals(
                                    status.getObservedGeneration(),
                                    present.getMetadata().getGeneration())
                            && status.getDesiredNumberScheduled() != null
                            && Objects.equals(
                                    status.getNumberReady(), status.getDesiredNumberScheduled());
                });
        cleaners.delete();
        say.accept("nodes are clean");
    }

    private void deleteObjects() throws InterruptedException {
        var rbac = client.rbac();
        rbac.clusterRoleBindings().withLabel(Ownership.LABEL, Ownership.VALUE).delete();
        rbac.clusterRoles().withLabel(Ownership.LABEL, Ownership.VALUE).delete();
        client.namespaces().withName(NAMESPACE).delete();
        await(
                "namespace " + NAMESPACE + " to end",
                () -> client.namespaces().withName(NAMESPACE).get() == null);
        say.accept("objects deleted");
    }

    /** Our condition on users' pods, and the agents' own objects. */
    private void forgetConditions() {
        Agents.deleteAll(client);
        for (Pod pod : client.pods().inAnyNamespace().list().getItems()) {
            if (condition(pod, "True") || condition(pod, "False")) {
                forgetCondition(pod);
            }
        }
    }

    private void forgetCondition(Pod pod) {
        try {
            client.resource(pod)
                    .editStatus(present -> {
                        present.getStatus().getConditions().removeIf(Removal::ours);
                        return present;
                    });
        } catch (KubernetesClientException e) {
            boolean gone = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
            if (!gone) {
                var name = pod.getMetadata();
                say.accept(
                        "pod %s/%s keeps its condition %s: %s"
                                .formatted(
                                        name.getNamespace(),
                                        name.getName(),
                                        CAPTURED,
                                        e.getMessage()));
            }
        }
    }

    private static boolean ours(PodCondition condition) {
        return condition.getType().equals(CAPTURED);
    }

    private void await(String what, BooleanSupplier done) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new Stuck("waited " + timeout.toSeconds() + " s for " + what);
            }
            Thread.sleep(LOOK);
        }
    }
}
