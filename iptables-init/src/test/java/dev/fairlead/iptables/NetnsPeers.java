package dev.fairlead.iptables;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Applications, callers and the agent's stand-in (peer.py) in the namespaces of topology.sh.
 * Closing ends what it started.
 */
final class NetnsPeers implements AutoCloseable {

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    NetnsPeers(Path folder) {
        this.folder = folder;
    }

    /** A caller whose connection stays open. */
    static final class Held {
        private final Process process;
        private final BufferedReader lines;
        final String path;

        private Held(Process process) {
            this.process = process;
            this.lines = reader(process);
            this.path = line(lines);
        }

        /** What comes back of {@code line}: itself while the connection is whole. */
        String echo(String line) {
            try {
                process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            } catch (IOException e) {
                return e.toString();
            }
            return line(lines);
        }
    }

    /** Starts a server and waits until it listens. */
    void serve(String namespace, String... role) {
        var ready = line(reader(start(namespace, role)));
        if (!ready.equals("ready")) {
            throw new IllegalStateException(String.join(" ", role) + ": " + ready);
        }
    }

    Held hold(String namespace, String address, int port) {
        return new Held(start(namespace, "hold", address, Integer.toString(port)));
    }

    /** What one call says: the path of the answer, or why there is none. */
    String ask(String namespace, String... role) {
        return line(reader(start(namespace, role)));
    }

    private Process start(String namespace, String... role) {
        var command =
                new ArrayList<>(
                        List.of("nsenter", "--net=/run/netns/" + namespace, "/usr/bin/env"));
        command.addAll(List.of("python3", folder.resolve("peer.py").toString()));
        command.addAll(List.of(role));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedReader reader(Process process) {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    private static String line(BufferedReader lines) {
        try {
            var line = lines.readLine();
            return line == null ? "(nothing)" : line;
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() {
        started.forEach(Process::destroyForcibly);
    }
}
