package dev.fairlead.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Runs {@code ./fairlead lab …} as a user would. Each call waits for its command. */
final class LauncherShell {

    private final Path root;
    private final String lab;

    /** What a command gave. */
    record Result(int exit, String out, String err) {}

    LauncherShell(Path root, String lab) {
        this.root = root;
        this.lab = lab;
    }

    /** {@code lab COMMAND --name LAB ARGUMENTS…}. */
    Result lab(String command, String... arguments) throws IOException, InterruptedException {
        return finish(start(command, arguments));
    }

    /** A command in the pod of a deployment. */
    Result exec(String namespace, String deployment, String... command)
            throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("-n", namespace, "deploy/" + deployment, "--"));
        arguments.addAll(List.of(command));
        return lab("exec", arguments.toArray(String[]::new));
    }

    /** A page of a node's agent. */
    String admin(String node, String page) throws IOException, InterruptedException {
        return lab("node", node, "--", "curl", "-sS", "-m", "10", "http://127.0.0.1:15000" + page)
                .out();
    }

    /** A command that goes on; {@link #finish} waits for it. */
    Process start(String command, String... arguments) throws IOException {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                root.resolve("fairlead").toString(),
                                "lab",
                                command,
                                "--name",
                                lab));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).start();
    }

    static Result finish(Process process) throws IOException, InterruptedException {
        CompletableFuture<String> err =
                CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
        String out = text(process.getInputStream());
        return new Result(process.waitFor(), out, err.join());
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    Path sample(String path) {
        return root.resolve("samples").resolve(path);
    }
}
