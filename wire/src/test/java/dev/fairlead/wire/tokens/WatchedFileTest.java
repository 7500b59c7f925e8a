package dev.fairlead.wire.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {

    @TempDir Path volume;

    /** Writes a version as kubelet does: a new folder, and one rename of the link to it. */
    private void project(String folder, String content, String mode) throws IOException {
        Path version = Files.createDirectory(volume.resolve(folder));
        Path file = version.resolve("token");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000)); // says nothing by itself
        Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of(folder));
        Files.move(
                link,
                volume.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        if (!Files.exists(volume.resolve("token"))) {
            Files.createSymbolicLink(volume.resolve("token"), Path.of("..data/token"));
        }
    }

    private WatchedFile<String> token() {
        Path file = volume.resolve("token");
        return new WatchedFile<>(
                file,
                content -> {
                    PrivateFile.require(file);
                    return new String(content, StandardCharsets.US_ASCII);
                });
    }

    @Test
    void aRotatedProjectedFileIsSeen() throws Exception {
        project("..2026_1", "one", "rw-r--r--");
        WatchedFile<String> token = token();
        assertThat(token.get()).isEqualTo("one");

        project("..2026_2", "two", "rw-r--r--");

        assertThat(token.get()).isEqualTo("two");
    }

    @Test
    void aMomentWithoutTheFileKeepsTheLastVersion() throws Exception {
        project("..2026_1", "one", "rw-------");
        WatchedFile<String> token = token();
        token.get();

        Files.delete(volume.resolve("..data"));

        assertThat(token.get()).isEqualTo("one");
        project("..2026_2", "two", "rw-------");
        assertThat(token.get()).isEqualTo("two");
    }

    @Test
    void theModeOfAPlainFileCounts() throws Exception {
        Path file = volume.resolve("token");
        Files.writeString(file, "one");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> token().get()).hasMessageContaining("can be used by others");
    }
}
