package dev.fairlead.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands to their end; {@code ./fairlead} by default. */
public final class Launcher {

    private static final long MAX_SECONDS = 240;
    public static final Path ROOT =
            Path.of(System.getProperty("fairlead.root", ".")).toAbsolutePath();

    private Launcher() {}

    /** How a command ended, and what it wrote. */
    public record Result(List<String> command, int status, String out, String err) {

        /** Its output without the last line end; AssertionError when it failed. */
        public String ok() {
            if (status != 0) {
                throw new AssertionError(this.toString());
            }
            return out.stripTrailing();
        }

        @Override
        public String toString() {
            return command + " status " + status + "\nstdout: " + out + "\nstderr: " + err;
        }
    }

    public static Result fairlead(Map<String, String> env, String input, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("fairlead").toString());
        command.addAll(arguments);
        return run(env, input, command);
    }

    public static Result run(Map<String, String> env, String input, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
            builder.environment().putAll(env);
            Process process = builder.start();
            var out = read(process.getInputStream());
            var err = read(process.getErrorStream());
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it ended without reading: its status says how
            }
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " took more than " + MAX_SECONDS + " s");
            }
            return new Result(List.copyOf(command), process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static CompletableFuture<String> read(java.io.InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                work -> Thread.ofVirtual().start(work));
    }
}
