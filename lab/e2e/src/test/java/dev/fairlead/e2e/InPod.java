package dev.fairlead.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs in a pod, line by line, while the test goes on: one in Python of the test's
 * resources, or any.
 */
final class InPod implements AutoCloseable {

    private static final long MAX_SECONDS = 60;

    private final Process process;
    private final BufferedReader out;

    /** {@code pod}: as {@code lab exec} takes it. */
    InPod(Lab lab, String namespace, String pod, String program, String... arguments) {
        this(lab, namespace, pod, python(program, arguments));
    }

    private static List<String> python(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of("python3", "-c", Echo.resource(program)));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Any program that reads and writes lines. */
    InPod(Lab lab, String namespace, String pod, List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(Launcher.ROOT.resolve("fairlead").toString());
        command.addAll(List.of("lab", "exec", "-n", namespace, pod, "--"));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command).directory(Launcher.ROOT.toFile());
        builder.environment().putAll(lab.env());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out = process.inputReader(StandardCharsets.UTF_8);
    }

    void send(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next line; AssertionError when the program ended without one. */
    String read() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("program ended with status " + process.waitFor());
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            endInput();
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (UncheckedIOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
