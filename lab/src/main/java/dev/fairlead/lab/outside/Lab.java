package dev.fairlead.lab.outside;

import dev.fairlead.lab.control.ControlClient;
import dev.fairlead.lab.control.ControlProtocol;
import dev.fairlead.lab.control.Output;
import dev.fairlead.lab.state.HostProcess;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One lab, by its folder: up, asked, down. */
public record Lab(LabFolder folder) {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(20);

    /** Preferred ports on 127.0.0.1 of the host; the next free one where taken. */
    private static final int PRODUCTPAGE_PORT = 9080;

    private static final int ADMIN_PORT = 15100;

    public String name() {
        return folder.name();
    }

    /** The process it lives in; empty when it is not up. */
    public Optional<HostProcess> running() throws IOException {
        return HostProcess.read(folder.process()).filter(HostProcess::alive);
    }

    /** Starts it and returns when it can be asked. */
    public void start(LabSettings settings) throws IOException, InterruptedException, LabException {
        Path labs = folder.parent();
        LabFolder.createPrivate(labs);
        Process outer;
        try (FileChannel lock =
                FileChannel.open(
                        labs.resolve(".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            var _ = lock.lock();
            if (running().isPresent()) {
                throw new LabException(
                        "lab "
                                + name()
                                + " is already up (./fairlead lab down --name "
                                + name()
                                + ")");
            }
            folder.delete();
            prepare(settings);
            outer = spawn(settings);
            HostProcess.running(outer.pid())
                    .orElseThrow(() -> new LabException("the lab ended at once: " + lastWords()))
                    .write(folder.process());
        }
        awaitAnswer(outer);
    }

    private void prepare(LabSettings settings) throws IOException {
        LabFolder.createPrivate(folder.root());
        LabFolder.createPrivate(folder.logs());
        LabFolder.createPrivate(folder.cluster());
        for (String node : settings.nodes()) {
            LabFolder.createPrivate(folder.node(node));
        }
        settings.write(folder.settings());
    }

    private Process spawn(LabSettings settings) throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(python(), "-I", "-S", "-c", resource("listen-then-exec.py")));
        command.add(folder.listeners().toString());
        command.add("productpage:" + PRODUCTPAGE_PORT);
        for (int i = 1; i <= settings.nodeCount(); i++) {
            command.add("node-" + i + ":" + (ADMIN_PORT + i));
        }
        command.add("--");
        command.addAll(List.of("unshare", "--user", "--map-root-user", "--net", "--mount"));
        command.addAll(List.of("--propagation", "private", "--pid", "--fork", "--kill-child"));
        command.addAll(List.of("sh", "-c", resource("init.sh"), "init"));
        command.add(folder.root().toString());
        command.add(settings.javaHome() + "/bin/java");
        command.add(settings.dist());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(new File("/"))
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(daemonLog().toFile());
        builder.environment().keySet().removeIf(name -> name.equals("JAVA_TOOL_OPTIONS"));
        return builder.start();
    }

    /** The system's own first: a user's may be a slow shim. */
    private static String python() {
        return Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
    }

    private static String resource(String name) throws IOException {
        try (InputStream text = Lab.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new IOException("not in the jar: " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path daemonLog() {
        return folder.logs().resolve("daemon.log");
    }

    private void awaitAnswer(Process outer) throws IOException, InterruptedException, LabException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            if (!outer.isAlive()) {
                throw new LabException("the lab did not start: " + lastWords());
            }
            if (answers()) {
                return;
            }
            Thread.sleep(10);
        }
        throw new LabException("the lab does not answer: " + lastWords());
    }

    /** The socket's file is there a moment before anybody listens on it. */
    private boolean answers() {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(folder.control()))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(daemonLog());
            return String.join("\n  ", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "no log";
        }
    }

    /** Asks the running lab; LabException when it is not up. */
    public int ask(ControlProtocol.Request request, Output output)
            throws IOException, LabException {
        if (running().isEmpty()) {
            throw new LabException(
                    "lab "
                            + name()
                            + (Files.exists(folder.process())
                                    ? " is not running any more (./fairlead lab down)"
                                    : " is not up (./fairlead lab up)"));
        }
        return ControlClient.ask(folder.control(), request, output);
    }

    /** Ends it, if it is up, and removes what it left. Returns whether there was anything. */
    public boolean end() throws IOException, InterruptedException, LabException {
        Optional<HostProcess> process = running();
        if (process.isPresent()) {
            // The kernel lets the first process inside end only after all others there.
            firstInside(process.get()).ifPresentOrElse(HostProcess::kill, process.get()::kill);
            long deadline = System.nanoTime() + END_LIMIT.toNanos();
            while (process.get().alive()) {
                if (System.nanoTime() > deadline) {
                    throw new LabException("process " + process.get().pid() + " does not end");
                }
                Thread.sleep(5);
            }
        }
        boolean was = Files.isDirectory(folder.root());
        folder.delete();
        return was;
    }

    private static Optional<HostProcess> firstInside(HostProcess outer) {
        long pid = outer.pid();
        try {
            String children =
                    Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
            return children.isBlank()
                    ? Optional.empty()
                    : HostProcess.running(Long.parseLong(children.strip().split(" ", -1)[0]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
