package dev.fairlead.lab.mesh;

import dev.fairlead.lab.state.LabSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process of the mesh as it is started.
 *
 * @param name names it to users and its log file: ca, pilot-lite, agent-node-1
 * @param program ca, pilot-lite or agent: its JVM options, its AOT cache
 * @param mainClass where it starts
 * @param jar prefix of the jar that has the main class
 * @param namespace file of the network namespace it runs in, or null for the fabric
 */
record MeshProgram(
        String name,
        String program,
        String mainClass,
        String jar,
        @Nullable Path namespace,
        Map<String, String> environment) {

    /** Whether the build has it yet. */
    boolean installed(LabSettings settings) throws IOException {
        String entry = mainClass.replace('.', '/') + ".class";
        try (var jars = Files.newDirectoryStream(Path.of(settings.dist(), "lib"), jar + "*.jar")) {
            for (Path file : jars) {
                try (var opened = new java.util.zip.ZipFile(file.toFile())) {
                    if (opened.getEntry(entry) != null) {
                        return true;
                    }
                }
            }
            return false;
        }
    }

    List<String> command(LabSettings settings) {
        List<String> command = new ArrayList<>();
        if (namespace != null) {
            command.addAll(List.of("nsenter", "--net=" + namespace));
        }
        Path dist = Path.of(settings.dist());
        command.add(settings.javaHome() + "/bin/java");
        command.add("@" + dist.resolve("etc/" + program + ".opts"));
        Path cache = dist.resolve("aot/" + program + ".aot");
        if (settings.aotTraining() != null) {
            Path output = Path.of(settings.aotTraining(), program + ".aot");
            if (Files.notExists(output)) { // a restarted program would throw away what it has left
                command.add("-XX:AOTCacheOutput=" + output);
            }
        } else if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.addAll(List.of("-cp", dist + "/lib/*", mainClass));
        return command;
    }
}
