package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's first command, as the user who runs the tests and, where that is root, as another.
 */
@Tag("lab")
class DemoTest {

    private static final String OTHER = "65533"; // an id that owns nothing

    private final Path root =
            Path.of(System.getProperty("fairlead.root", "../..")).toAbsolutePath().normalize();

    @Test
    void everyStepIsAsExpected(@TempDir Path home) throws Exception {
        assertThat(demo(List.of(), home)).contains("Everything was as expected.");
    }

    @Test
    void anotherUserNeedsNeitherRootNorABuild(@TempDir Path home) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "SKIPPED: not root");
        List<String> other =
                List.of("setpriv", "--reuid", OTHER, "--regid", OTHER, "--clear-groups");
        assumeTrue(
                run(prefixed(other, "test", "-x", root.resolve("fairlead").toString()), home) == 0,
                "SKIPPED: other users cannot read " + root);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(demo(other, home)).contains("Everything was as expected.");
    }

    private String demo(List<String> as, Path home) throws Exception {
        Path output = home.resolve("output");
        Process demo =
                process(
                                prefixed(
                                        as,
                                        root.resolve("fairlead").toString(),
                                        "demo",
                                        "--once",
                                        "--name",
                                        "demo-test"),
                                home)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(demo.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String text = Files.readString(output);
        assertThat(demo.exitValue()).as(text).isZero();
        return text;
    }

    private int run(List<String> command, Path home) throws IOException, InterruptedException {
        return process(command, home).start().waitFor();
    }

    /** With a home of its own, as a login of that user would have. */
    private ProcessBuilder process(List<String> command, Path home) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FAIRLEAD_"));
        builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
        builder.environment().put("HOME", home.toString());
        return builder;
    }

    private static List<String> prefixed(List<String> prefix, String... command) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        return all;
    }
}
