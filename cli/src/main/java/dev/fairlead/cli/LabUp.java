package dev.fairlead.cli;

import dev.fairlead.lab.browser.BrowserDoor;
import dev.fairlead.lab.control.ControlProtocol;
import dev.fairlead.lab.outside.Lab;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.lab.state.LabSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lab up}: starts a lab, applies manifests, waits until its pods are ready. */
@Command(name = "up", description = "Start a lab and apply manifests.")
final class LabUp implements Callable<Integer> {

    @Mixin LabName name = new LabName();

    @Option(names = "--nodes", paramLabel = "N", description = "how many nodes (default 2)")
    int nodes = 2;

    @Option(names = "--compat", description = "modern (default) or istio-1.0")
    String compat = "modern";

    @Option(names = "-f", paramLabel = "PATH", arity = "1..*", description = "manifests to apply")
    List<String> files = new ArrayList<>();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of objects that name none")
    String namespace = "default";

    @Option(names = "--plain", description = "pods only, without ca, pilot-lite and agents")
    boolean plain;

    @Option(
            names = "--images",
            paramLabel = "FILE",
            description = "the image map (samples/images.yaml)")
    @Nullable String images;

    @Option(
            names = "--ca-lifetime",
            paramLabel = "DURATION",
            description = "what certificates live, like PT20S (ca's own default: PT24H)")
    @Nullable String caLifetime;

    @Option(names = "--wait", negatable = true, defaultValue = "true", fallbackValue = "true")
    boolean wait = true;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "for pods (default 120)")
    int timeoutSeconds = 120;

    @Override
    public Integer call() throws Exception {
        Terminal terminal = Terminal.standard();
        Lab lab = name.lab();
        LabSettings settings = settings(System.getenv());
        var sources = Manifest.read(files);
        lab.start(settings);
        int status = lab.ask(new ControlProtocol.Status(), new Quiet());
        if (status == 0 && !sources.isEmpty()) {
            status = lab.ask(new ControlProtocol.Apply(sources, namespace, false), terminal);
        }
        if (wait) {
            status =
                    Math.max(
                            status,
                            lab.ask(new ControlProtocol.AwaitReady(timeoutSeconds), terminal));
        }
        terminal.out("lab " + lab.name() + " is up: " + nodes + " nodes");
        for (BrowserDoor door : BrowserDoor.read(lab.folder().listeners())) {
            terminal.out("  " + door.name() + " " + door.url());
        }
        return status;
    }

    private LabSettings settings(Map<String, String> env) {
        Path root = Path.of(env.getOrDefault("FAIRLEAD_ROOT", "."));
        return new LabSettings(
                name.name,
                nodes,
                compat,
                plain,
                imageMap(root),
                caLifetime,
                env.getOrDefault("FAIRLEAD_DIST", root.resolve("target/dist").toString()),
                env.getOrDefault("FAIRLEAD_AOT_JAVA", System.getProperty("java.home")),
                LabFolder.stateRoot(env).toString(),
                LabFolder.cacheRoot(env).toString(),
                env.get("FAIRLEAD_AOT_TRAINING"));
    }

    private @Nullable String imageMap(Path root) {
        if (images != null) {
            if (!Files.isReadable(Path.of(images))) {
                throw new IllegalArgumentException("cannot read " + images);
            }
            return Path.of(images).toAbsolutePath().toString();
        }
        Path own = root.resolve("samples/images.yaml");
        return Files.isReadable(own) ? own.toString() : null;
    }

    private record Quiet() implements dev.fairlead.lab.control.Output {
        @Override
        public void out(String line) {}

        @Override
        public void err(String line) {
            Terminal.standard().err(line);
        }
    }
}
