package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.ContainerPort;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The containers of one pod: command and args against the image's, variables, mounts, probes. */
final class Containers {

    private final ImageMap images;
    private final String pod;
    private final Environment environment;
    private final Volumes volumes;

    Containers(ImageMap images, String pod, Environment environment, Volumes volumes) {
        this.images = images;
        this.pod = pod;
        this.environment = environment;
        this.volumes = volumes;
    }

    List<ContainerLaunch> all(JsonNode containers) throws Unresolved {
        List<ContainerLaunch> launches = new ArrayList<>();
        for (JsonNode container : containers) {
            launches.add(launch(container));
        }
        return launches;
    }

    private ContainerLaunch launch(JsonNode container) throws Unresolved {
        String name = container.path("name").asText("");
        Optional<Image> image = images.find(container.path("image").asText(""));
        Map<String, String> own = environment.of(container);
        Map<String, String> env = new LinkedHashMap<>(image.map(Image::env).orElse(Map.of()));
        env.putAll(own);
        Volumes.Mounts mounts = volumes.of(container);
        List<ContainerPort> ports = Launches.ports(container);
        return new ContainerLaunch(
                name,
                container.path("image").asText(""),
                argv(name, container, image, own),
                env,
                image.map(Image::folder).orElse(null),
                container.path("workingDir").asText(""),
                mounts.files(),
                mounts.emptyDirs(),
                Probes.of(container, "readinessProbe", ports),
                Probes.of(container, "livenessProbe", ports),
                Probes.of(container, "startupProbe", ports),
                ports);
    }

    /**
     * A command replaces the image's command and arguments, args alone replace its arguments. What
     * the image gives is not expanded.
     */
    private List<String> argv(
            String name, JsonNode container, Optional<Image> image, Map<String, String> variables)
            throws Unresolved {
        List<String> command = Json.list(container.path("command"));
        List<String> args = Json.list(container.path("args"));
        List<String> argv = new ArrayList<>();
        if (!command.isEmpty()) {
            argv.addAll(Expansion.expand(command, variables));
        } else {
            String reference = container.path("image").asText("");
            Image known =
                    image.filter(found -> !found.command().isEmpty())
                            .orElseThrow(() -> unknown(name, reference, image.isPresent()));
            argv.addAll(known.command());
            if (args.isEmpty()) {
                argv.addAll(known.args());
            }
        }
        argv.addAll(Expansion.expand(args, variables));
        return argv;
    }

    private Unresolved unknown(String container, String image, boolean mapped) {
        return Unresolved.wrong(
                "pod "
                        + pod
                        + ": container "
                        + container
                        + ": image "
                        + image
                        + (mapped
                                ? " has no command in samples/images.yaml"
                                : " is not in samples/images.yaml and the container has no command"));
    }
}
