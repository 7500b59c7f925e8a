package dev.fairlead.lab.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container to start, everything resolved.
 *
 * @param image as written in the pod
 * @param argv program and arguments, never empty; a program without a slash is looked up in PATH
 * @param env in order, $(VAR) expanded; PATH only where the pod or the image map sets it
 * @param appFolder folder of the host to bind read-only at /opt/app (with /opt/app/bin first in
 *     PATH), or null for an image without a map entry: its command runs on the host's file system
 * @param workingDir absolute, or empty for / (or /opt/app where there is an app folder)
 */
public record ContainerLaunch(
        String name,
        String image,
        List<String> argv,
        Map<String, String> env,
        @Nullable Path appFolder,
        String workingDir,
        List<FileMount> files,
        List<EmptyDirMount> emptyDirs,
        @Nullable Probe readiness,
        @Nullable Probe liveness,
        @Nullable Probe startup,
        List<ContainerPort> ports) {

    public ContainerLaunch {
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("container " + name + " has nothing to run");
        }
        argv = List.copyOf(argv);
        env = Ordered.copy(env);
        files = List.copyOf(files);
        emptyDirs = List.copyOf(emptyDirs);
        ports = List.copyOf(ports);
    }
}
