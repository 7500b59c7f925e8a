package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.state.LabFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A pod's folder inside the lab: the files that are bound into its containers, its emptyDirs. */
record PodFolder(Path root) {

    static PodFolder create(Path pods, PodLaunch pod) throws IOException {
        PodFolder folder = new PodFolder(pods.resolve(pod.uid()));
        LabFolder.createPrivate(folder.root);
        folder.write("hosts", hosts(pod));
        folder.write("hostname", pod.hostname() + "\n");
        folder.write("resolv.conf", resolvers(pod.namespace()));
        for (ContainerLaunch container : containers(pod)) {
            folder.addVolumes(container);
        }
        return folder;
    }

    private static String resolvers(String namespace) {
        return """
        nameserver 198.18.0.2
        search %s.svc.cluster.local svc.cluster.local cluster.local
        options ndots:5
        """
                .formatted(namespace);
    }

    private static List<ContainerLaunch> containers(PodLaunch pod) {
        return Stream.concat(pod.initContainers().stream(), pod.containers().stream()).toList();
    }

    static String hosts(PodLaunch pod) {
        StringBuilder hosts = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost\n");
        hosts.append(pod.ip()).append('\t');
        if (!pod.subdomain().isEmpty()) {
            hosts.append(pod.hostname() + "." + pod.subdomain() + "." + pod.namespace())
                    .append(".svc.cluster.local ");
        }
        hosts.append(pod.hostname()).append('\n');
        pod.hostAliases()
                .forEach((address, names) ->
                        hosts.append(address + "\t" + String.join(" ", names) + "\n"));
        return hosts.toString();
    }

    private void addVolumes(ContainerLaunch container) throws IOException {
        for (EmptyDirMount volume : container.emptyDirs()) {
            Files.createDirectories(root.resolve(ContainerScript.volumeFolder(volume)));
        }
        int index = 0;
        for (FileMount file : container.files()) {
            Path at = root.resolve("files/" + container.name() + "/" + index++);
            Files.createDirectories(at.getParent());
            Files.write(at, file.content().toArray());
            Files.setPosixFilePermissions(at, permissions(file.mode()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        var set = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromHighest = PosixFilePermission.values();
        for (int bit = 0; bit < fromHighest.length; bit++) {
            if ((mode >> (fromHighest.length - 1 - bit) & 1) == 1) {
                set.add(fromHighest[bit]);
            }
        }
        return set;
    }

    void write(String name, String content) throws IOException {
        Files.writeString(root.resolve(name), content);
    }

    Path file(String name) {
        return root.resolve(name);
    }

    void delete() throws IOException {
        new LabFolder(root).delete();
    }
}
