package dev.fairlead.iptables;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs a shell script in a network namespace: one process, entered before the shell starts.
 *
 * <p>Thread: any; the caller waits. A script that outlives its bound is killed.
 */
final class NamespaceShell {

    private static final Duration BOUND = Duration.ofSeconds(20);

    private final List<String> enter;

    private NamespaceShell(List<String> enter) {
        this.enter = List.copyOf(enter);
    }

    /** In the namespace at {@code path}, such as {@code /proc/7/ns/net}. */
    static NamespaceShell in(Path path) {
        return new NamespaceShell(List.of("nsenter", "--net=" + path));
    }

    /** In the namespace of this process. */
    static NamespaceShell here() {
        return new NamespaceShell(List.of());
    }

    /** In a new namespace that ends with the script. */
    static NamespaceShell scratch() {
        return new NamespaceShell(List.of("unshare", "-n"));
    }

    /** What a script left. */
    record Result(int exit, String out, String err) {

        /** Its last word, for people. */
        String complaint() {
            var lines = err.lines().filter(line -> !line.isBlank()).toList();
            return lines.isEmpty() ? "exit " + exit : String.join("; ", lines);
        }
    }

    Result run(String script) {
        var command = new ArrayList<>(enter);
        command.addAll(List.of("sh", "-c", script));
        try {
            var process = new ProcessBuilder(command).start();
            process.getOutputStream().close();
            var out = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
            var err = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return new Result(124, "", "killed after " + BOUND.toSeconds() + " s");
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            return new Result(127, "", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(130, "", "interrupted");
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
