package dev.fairlead.lab.engine;

import dev.fairlead.lab.cluster.OwnerReference;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.pods.PodRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;

/**
 * The file by which the launcher's shell finds a container: a line "NAMESPACE POD OWNER CONTAINER
 * ENTRY LOG" each, ready pods first, terminating ones last. Owner: the engine's thread.
 */
final class ContainerIndex {

    private static final String NONE = "-";

    private final Path file;
    private String written = "";

    ContainerIndex(Path file) {
        this.file = file;
    }

    void write(List<PodRunner> runners) throws IOException {
        StringBuilder text = new StringBuilder();
        runners.stream()
                .sorted(Comparator.comparingInt(ContainerIndex::rank))
                .forEach(runner -> lines(runner, text));
        if (!text.toString().equals(written)) {
            written = text.toString();
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(next, written);
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static int rank(PodRunner runner) {
        PodState state = runner.state();
        return state.terminating() || state.finished() ? 2 : state.ready() ? 0 : 1;
    }

    private static void lines(PodRunner runner, StringBuilder text) {
        PodLaunch pod = runner.launch();
        for (PodRunner.Entry entry : runner.entries()) {
            text.append(pod.namespace())
                    .append(' ')
                    .append(pod.name())
                    .append(' ')
                    .append(owner(pod))
                    .append(' ')
                    .append(entry.container())
                    .append(' ')
                    .append(entry.running() ? entry.script().toString() : NONE)
                    .append(' ')
                    .append(entry.log().getFileName())
                    .append('\n');
        }
    }

    /** What made it, as users name it: the Deployment behind a ReplicaSet. */
    private static String owner(PodLaunch pod) {
        if (pod.ownerReferences().isEmpty()) {
            return NONE;
        }
        OwnerReference owner = pod.ownerReferences().get(0);
        String hash = pod.labels().getOrDefault("pod-template-hash", "");
        String suffix = "-" + hash;
        return owner.kind().equals("ReplicaSet") && !hash.isEmpty() && owner.name().endsWith(suffix)
                ? owner.name().substring(0, owner.name().length() - suffix.length())
                : owner.name();
    }
}
