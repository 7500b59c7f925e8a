package dev.fairlead.lab.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The folder of one lab, {@code <state>/labs/<name>}, and the names of what is in it. Inside the
 * lab the same folder is also at {@link #INSIDE}, so that paths of sockets are short.
 */
public record LabFolder(Path root) {

    /** Where the lab's own processes find the folder. Pods never see it. */
    public static final LabFolder INSIDE = new LabFolder(Path.of("/run/fairlead/lab"));

    /** The state folder of {@code env}, as the launcher settles it before it starts Java. */
    public static Path stateRoot(Map<String, String> env) {
        return required(env, "FAIRLEAD_STATE");
    }

    public static Path cacheRoot(Map<String, String> env) {
        return required(env, "FAIRLEAD_CACHE");
    }

    private static Path required(Map<String, String> env, String name) {
        String value = env.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set: start with ./fairlead");
        }
        return Path.of(value);
    }

    public static LabFolder of(Path stateRoot, String name) {
        return new LabFolder(stateRoot.resolve("labs").resolve(name));
    }

    /** All labs that have a folder, by name. */
    public static List<String> names(Path stateRoot) throws IOException {
        Path labs = stateRoot.resolve("labs");
        if (!Files.isDirectory(labs)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(labs)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    /** The folder of all labs. */
    public Path parent() {
        return Objects.requireNonNull(root.toAbsolutePath().getParent());
    }

    public String name() {
        return String.valueOf(root.getFileName());
    }

    /** The process outside that the whole lab lives and dies with. */
    public Path process() {
        return root.resolve("process");
    }

    public Path settings() {
        return root.resolve("lab.json");
    }

    /** Lines "NAME FD PORT": listeners on 127.0.0.1 of the host that the lab was handed. */
    public Path listeners() {
        return root.resolve("listeners");
    }

    public Path control() {
        return root.resolve("control.sock");
    }

    /** Lines "NAMESPACE POD DEPLOYMENT CONTAINER ENTRY LOG": how a shell finds a container. */
    public Path containers() {
        return root.resolve("containers");
    }

    public Path cluster() {
        return root.resolve("cluster");
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path ca() {
        return root.resolve("ca");
    }

    /** Hashes of all tokens, for those who check them. */
    public Path nodeTokens() {
        return root.resolve("node-tokens.json");
    }

    /** The public trust bundle, written by ca. */
    public Path rootCertificate() {
        return root.resolve("root-cert.pem");
    }

    public Path pilot() {
        return root.resolve("pilot");
    }

    public Path node(String node) {
        return root.resolve("nodes").resolve(node);
    }

    /** Files that rules may name for TLS of their own, a folder for each namespace. */
    public Path credentials() {
        return root.resolve("credentials");
    }

    public Path agentSocket(String node) {
        return node(node).resolve("agent.sock");
    }

    public Path adminSocket(String node) {
        return node(node).resolve("admin.sock");
    }

    /** Makes {@code folder} and those above it, for the owner alone. */
    public static Path createPrivate(Path folder) throws IOException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return folder;
    }

    /** Removes the folder with all that is in it; following no link. */
    public void delete() throws IOException {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
