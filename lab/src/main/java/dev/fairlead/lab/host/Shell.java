package dev.fairlead.lab.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands and small scripts of the lab, run to their end. */
public final class Shell {

    /** Longest time that any step of the lab may take before it counts as failed. */
    private static final long MAX_SECONDS = 30;

    private Shell() {}

    /** How a command ended: its status and what it wrote to either stream. */
    public record Result(int status, String output) {
        public boolean ok() {
            return status == 0;
        }
    }

    /** Runs {@code script} with {@code sh -e}; IOException with its output when it fails. */
    public static void script(String script) throws IOException {
        Result result = run(List.of("sh", "-e"), script);
        if (!result.ok()) {
            throw new IOException(
                    "status "
                            + result.status()
                            + ": "
                            + result.output().strip()
                            + " in: "
                            + script);
        }
    }

    /** Runs {@code command} with {@code input} on its standard input. */
    public static Result run(List<String> command, String input) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            Thread.ofVirtual().start(() -> feed(process, input));
            byte[] output = process.getInputStream().readAllBytes();
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(command + " did not end in " + MAX_SECONDS + " s");
            }
            return new Result(process.exitValue(), new String(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during " + command, e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void feed(Process process, String input) {
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // it ended without reading all: its status says why
        }
    }

    /** {@code word} as one word of a shell script. */
    public static String quote(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
