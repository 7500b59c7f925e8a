package dev.fairlead.e2e.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a test cluster has on this machine: processes in its hosts' namespaces, mounts, control
 * groups, files. Other clusters' are not looked at.
 *
 * @param name the cluster's
 * @param state the folder of its state
 * @param processes /proc folder and start time: ids of processes and of namespaces are used again
 */
record Residue(String name, Path state, Map<Path, String> processes) {

    private static final List<String> KINDS = List.of("pid", "mnt", "net");

    Residue {
        processes = Map.copyOf(processes);
    }

    /** Of a cluster that is up. */
    static Residue of(Kube kube) {
        String line =
                kube.kube("status")
                        .ok()
                        .lines()
                        .filter(l -> l.startsWith("logs: "))
                        .findFirst()
                        .orElseThrow();
        Path hosts = Path.of(line.substring("logs: ".length(), line.indexOf("/*/")));
        Set<String> namespaces = new HashSet<>();
        Map<Path, String> processes = new HashMap<>();
        for (Path host : list(hosts)) {
            try {
                String init = Files.readString(host.resolve("process")).split(" ")[0];
                namespaces.addAll(namespaces(Path.of("/proc", init)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (Path process : list(Path.of("/proc"))) {
            if (namespaces(process).stream().anyMatch(namespaces::contains)) {
                processes.put(process, startTime(process));
            }
        }
        return new Residue(kube.name(), hosts.getParent(), processes);
    }

    /** One line for each thing that is there now. */
    Set<String> left() {
        Set<String> left = new TreeSet<>();
        processes.forEach((process, start) -> {
            if (startTime(process).equals(start)) {
                left.add("process " + process);
            }
        });
        lines(Path.of("/proc/mounts"))
                .filter(l -> l.contains(state + "/"))
                .forEach(l -> left.add("mount " + l));
        for (String hierarchy : List.of("", "memory", "pids", "systemd", "cpuset", "unified")) {
            Path group = Path.of("/sys/fs/cgroup", hierarchy, "fairlead-kube-" + name);
            if (Files.exists(group)) {
                left.add("control group " + group);
            }
        }
        if (Files.exists(state)) {
            left.add("folder " + state);
        }
        return left;
    }

    /** Empty: it is not there any more, or is no process. */
    private static String startTime(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
        } catch (IOException e) {
            return "";
        }
    }

    private static Set<String> namespaces(Path process) {
        Set<String> found = new HashSet<>();
        for (String kind : KINDS) {
            try {
                found.add(Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString());
            } catch (IOException e) {
                // it ended, or is no process
            }
        }
        return found;
    }

    private static List<Path> list(Path folder) {
        try (var all = Files.list(folder)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
