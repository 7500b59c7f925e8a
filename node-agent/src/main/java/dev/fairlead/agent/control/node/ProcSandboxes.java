package dev.fairlead.agent.control.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What runs on this node where no container runtime can be asked: the node's processes, by the pod
 * UID in the name of their cgroup. Of a pod the process that has run longest stands for it: its
 * sandbox's, which lives as long as the sandbox.
 *
 * <p>Source: kubelet's cgroup names: {@code …/pod<uid>/…}, by systemd {@code …-pod<uid with
 * _>.slice}.
 */
public final class ProcSandboxes implements Sandboxes {

    private static final Pattern POD =
            Pattern.compile("pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})");
    private static final Pattern PID = Pattern.compile("[0-9]+");
    private static final int START_TIME = 22; // of proc(5)'s fields of stat, from 1

    private final Path proc;

    public ProcSandboxes(Path hostProc) {
        this.proc = hostProc;
    }

    private record Started(Path netns, long startTicks) {}

    @Override
    public List<Sandbox> list() throws IOException {
        Map<String, Started> oldest = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc)) {
            for (Path entry : entries) {
                if (PID.matcher(String.valueOf(entry.getFileName())).matches()) {
                    look(entry, oldest);
                }
            }
        }
        String own = namespaceOf(Path.of("/proc/self/ns/net"));
        List<Sandbox> sandboxes = new ArrayList<>();
        oldest.forEach((uid, process) -> {
            String namespace = namespaceOf(process.netns);
            if (namespace != null && !namespace.equals(own)) { // else on the node's network
                sandboxes.add(new Sandbox(uid, process.netns, List.of()));
            }
        });
        return sandboxes;
    }

    private static void look(Path process, Map<String, Started> oldest) throws IOException {
        try {
            String uid = podUid(Files.readString(process.resolve("cgroup")));
            if (uid != null) {
                var found = new Started(process.resolve("ns/net"), startTicks(process));
                oldest.merge(uid, found, (a, b) -> a.startTicks <= b.startTicks ? a : b);
            }
        } catch (NoSuchFileException e) {
            // it has ended meanwhile
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e;
            }
        }
    }

    /** The UID of the pod whose cgroup a line of {@code /proc/<pid>/cgroup} names; null: none. */
    static @Nullable String podUid(String cgroups) {
        var match = POD.matcher(cgroups);
        return match.find() ? match.group(1).replace('_', '-') : null;
    }

    private static long startTicks(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        // The second field, in brackets, may hold anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[START_TIME - 3]);
    }

    private static @Nullable String namespaceOf(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {}
}
