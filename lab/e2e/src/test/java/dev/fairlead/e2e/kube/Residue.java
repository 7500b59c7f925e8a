package dev.fairlead.e2e.kube;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a test cluster has on this machine: processes in its hosts' namespaces, mounts, control
 * groups, files. Other clusters' are not looked at.
 *
 * @param name the cluster's
 * @param state the folder of its state
 * @param namespaces its hosts' process, mount and network namespaces, as links of /proc say them
 */
record Residue(String name, Path state, Set<String> namespaces) {

    private static final List<String> KINDS = List.of("pid", "mnt", "net");

    Residue {
        namespaces = Set.copyOf(namespaces);
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
        try (var all = Files.list(hosts)) {
            for (Path host : all.toList()) {
                String init = Files.readString(host.resolve("process")).split(" ")[0];
                namespaces.addAll(namespaces(Path.of("/proc", init)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Residue(kube.name(), hosts.getParent(), namespaces);
    }

    /** One line for each thing that is there now. */
    Set<String> left() {
        Set<String> left = new TreeSet<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            processes
                    .filter(p -> p.getFileName().toString().chars().allMatch(Character::isDigit))
                    .filter(p -> namespaces(p).stream().anyMatch(namespaces::contains))
                    .forEach(p -> left.add("process " + p));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static Set<String> namespaces(Path process) {
        Set<String> found = new HashSet<>();
        for (String kind : KINDS) {
            try {
                found.add(Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString());
            } catch (IOException e) {
                // it ended
            }
        }
        return found;
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
