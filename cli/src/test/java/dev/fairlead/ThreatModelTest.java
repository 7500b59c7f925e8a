package dev.fairlead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/SECURITY.md says is tested is tested. */
class ThreatModelTest {

    private static final Path ROOT =
            Path.of(System.getProperty("fairlead.root", "..")).toAbsolutePath().normalize();
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    @Test
    void everyAttackNamesATestThatIsThere() throws IOException {
        List<String> rows =
                Files.readAllLines(ROOT.resolve("docs/SECURITY.md")).stream()
                        .filter(line -> line.startsWith("| ") && !line.startsWith("| Who "))
                        .toList();
        assertThat(rows).hasSizeGreaterThan(15);
        List<Path> sources = sources();
        List<String> missing = new ArrayList<>();
        for (String row : rows) {
            Matcher named = NAMED.matcher(row.substring(row.lastIndexOf('|', row.length() - 2)));
            assertThat(named.find()).as(row).isTrue();
            do {
                if (!isThere(sources, named.group(1), named.group(2))) {
                    missing.add(named.group());
                }
            } while (named.find());
        }
        assertThat(missing).isEmpty();
    }

    private static boolean isThere(List<Path> sources, String type, String method)
            throws IOException {
        for (Path source : sources) {
            if (source.getFileName().toString().equals(type + ".java")
                    && (method == null
                            || Files.readString(source).contains("void " + method + "("))) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(path -> path.toString().endsWith("Test.java"))
                    .filter(path -> !path.toString().contains("/target/"))
                    .toList();
        }
    }
}
