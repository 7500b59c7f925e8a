package dev.fairlead.cli.uninstall;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What takes the last of us off each node: the agent's own pod, with the same image, rights and
 * mounts, running another program in an init container. It is ready when that has ended well.
 */
final class Cleaner {

    static final String NAME = "fairlead-clean";
    private static final String PROGRAM = "/opt/fairlead/bin/fairlead-clean";

    /** Volumes that are the agent's folders on the node, which go. */
    private static final Set<String> OWN = Set.of("state", "run", "token", "root");

    private Cleaner() {}

    static DaemonSet of(DaemonSet agent) {
        Map<String, String> labels =
                Map.of("app.kubernetes.io/name", NAME, "app.kubernetes.io/part-of", "fairlead");
        PodSpec pod = agent.getSpec().getTemplate().getSpec();
        Container container =
                pod.getContainers().stream()
                        .filter(c -> c.getName().equals("agent"))
                        .findFirst()
                        .orElseThrow();
        Container clean = running(container, "clean", PROGRAM);
        Container stay = running(container, "stay", PROGRAM, "stay");
        return new DaemonSetBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(Removal.NAMESPACE)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(Map.of("app.kubernetes.io/name", NAME))
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(pod)
                .editSpec()
                .withInitContainers(clean)
                .withContainers(stay)
                .removeMatchingFromVolumes(v -> OWN.contains(v.getName()))
                .addNewVolume()
                .withName("lib")
                .withNewHostPath("/var/lib", "Directory")
                .endVolume()
                .addNewVolume()
                .withName("var-run")
                .withNewHostPath("/run", "Directory")
                .endVolume()
                .withTerminationGracePeriodSeconds(1L)
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** The agent's container with another program. */
    private static Container running(Container agent, String name, String... command) {
        return new ContainerBuilder(agent)
                .withName(name)
                .withCommand(command)
                .withArgs(List.of())
                .withPorts(List.of())
                .withLifecycle(null)
                .withStartupProbe(null)
                .withReadinessProbe(null)
                .withLivenessProbe(null)
                .removeMatchingFromVolumeMounts(m -> OWN.contains(m.getName()))
                .addNewVolumeMount()
                .withName("lib")
                .withMountPath("/host/var/lib")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("var-run")
                .withMountPath("/host/run")
                .endVolumeMount()
                .build();
    }
}
