package dev.fairlead.lab.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodFolderTest {

    @TempDir Path pods;

    @Test
    void hostsNameThePodItsAliasesAndItsSubdomain() {
        assertThat(PodFolder.hosts(new SamplePod().pod()))
                .isEqualTo(
                        """
                        127.0.0.1\tlocalhost
                        ::1\tlocalhost
                        198.18.2.10\tweb-1
                        10.0.0.1\tdb db.example
                        """);
        assertThat(PodFolder.hosts(new SamplePod().subdomain("sub").pod()))
                .contains("198.18.2.10\tweb-1.sub.default.svc.cluster.local web-1\n");
    }

    @Test
    void holdsFilesWithTheirModesAndEmptyFolders() throws IOException {
        SamplePod pod =
                new SamplePod()
                        .files(
                                new FileMount("/a", Bytes.utf8("one"), 0600),
                                new FileMount("/b", Bytes.utf8("two"), 0755))
                        .volumes(new EmptyDirMount("v", "/v", "deep/er", false, false));
        PodFolder folder = PodFolder.create(pods, pod.pod());
        assertThat(folder.file("files/c/0")).hasContent("one");
        assertThat(mode(folder.file("files/c/0"))).isEqualTo("rw-------");
        assertThat(mode(folder.file("files/c/1"))).isEqualTo("rwxr-xr-x");
        assertThat(folder.file("volumes/v/deep/er")).isEmptyDirectory();
        assertThat(folder.file("resolv.conf"))
                .content()
                .contains("nameserver 198.18.0.2\n", "search default.svc.cluster.local ");
        assertThat(mode(folder.root())).isEqualTo("rwx------");
        folder.delete();
        assertThat(pods).isEmptyDirectory();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
