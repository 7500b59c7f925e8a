package dev.fairlead.lab.pods;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The mount namespace that every container starts from; held by a process of its own. */
public final class Template {

    private Template() {}

    /**
     * Makes it and returns the process that holds it, which ends with the lab.
     *
     * @param folder inside the lab, in memory; gets the scripts that containers share
     * @param hidden folders of the host that no container may see
     */
    public static long create(Path folder, List<String> hidden) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("container.sh"), resource("container.sh"));
        List<String> command = new ArrayList<>();
        command.addAll(List.of("unshare", "--mount", "--propagation", "private"));
        command.addAll(List.of("sh", "-c", resource("template.sh"), "template"));
        command.addAll(hidden);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals("ready")) {
                return process.pid();
            }
            said.append(line).append('\n');
        }
        throw new IOException("cannot prepare the pods' file system: " + said);
    }

    private static String resource(String name) throws IOException {
        try (InputStream text = Template.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new IOException("not in the jar: " + name);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
