package dev.fairlead.e2e.kube;

import dev.fairlead.e2e.Launcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** The commands that the README tells its readers to type. */
final class Readme {

    private Readme() {}

    /** The lines of the first code block under a heading. */
    static List<String> commands(String heading) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Launcher.ROOT.resolve("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int start = lines.indexOf(heading);
        List<String> after = lines.subList(start + 1, lines.size());
        int open = after.indexOf("```");
        List<String> block = after.subList(open + 1, after.size());
        List<String> commands = block.subList(0, block.indexOf("```"));
        if (start < 0 || commands.isEmpty()) {
            throw new AssertionError("README has no commands under " + heading);
        }
        return commands;
    }
}
