package dev.fairlead.agent.control.xds.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.fairlead.agent.control.xds.testing.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastGoodTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path parent;

    private Path directory() {
        return parent.resolve("xds");
    }

    private static Resources some() {
        Resources resources = Resources.empty();
        resources.clusters().put("a", "v1", Any.pack(Wire.eds("a").build()), NOW);
        resources.clusters().put("b", "v2", Any.pack(Wire.passthrough().setName("b").build()), NOW);
        resources.workloads().put("u", "v3", Any.pack(Wire.workload("u", "10.0.0.1").build()), NOW);
        return resources;
    }

    private void write(Resources resources) throws Exception {
        try (var lastGood = new LastGood(directory())) {
            lastGood.save(resources.clusters());
            lastGood.save(resources.workloads());
        }
    }

    private Resources load() throws Exception {
        Resources resources = Resources.empty();
        try (var lastGood = new LastGood(directory())) {
            lastGood.load(resources, NOW);
        }
        return resources;
    }

    @Test
    void whatWasSavedIsLoaded() throws Exception {
        write(some());

        Resources loaded = load();

        assertThat(loaded.clusters().all()).containsExactlyElementsOf(some().clusters().all());
        assertThat(loaded.workloads().all()).containsExactlyElementsOf(some().workloads().all());
        assertThat(loaded.listeners().all()).isEmpty();
    }

    @Test
    void onlyItsOwnerCanReadIt() throws Exception {
        write(some());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        Path file = directory().resolve("clusters.pb");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aLaterStateReplacesAnEarlierOne() throws Exception {
        Resources resources = some();
        try (var lastGood = new LastGood(directory())) {
            lastGood.save(resources.clusters());
            resources.clusters().remove("a");
            lastGood.save(resources.clusters());
        }

        assertThat(load().clusters().all())
                .extracting(ResourceTable.Good::name)
                .containsExactly("b");
    }

    @Test
    void aCorruptFileIsIgnoredAndTheOthersAreLoaded() throws Exception {
        write(some());
        Path file = directory().resolve("clusters.pb");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        Resources loaded = load();

        assertThat(loaded.clusters().all()).isEmpty();
        assertThat(loaded.workloads().all()).hasSize(1);
    }

    @Test
    void aResourceThatThisAgentCannotTakeIsLeftOut() throws Exception {
        var entries =
                List.of(
                        new ResourceFile.Entry("a", "v1", Any.pack(Wire.eds("a").build())),
                        new ResourceFile.Entry("b", "v1", Any.pack(Wire.eds("other").build())));
        Files.createDirectories(directory());
        Files.write(directory().resolve("clusters.pb"), ResourceFile.write(entries));

        Resources loaded = load();

        assertThat(loaded.clusters().all())
                .extracting(ResourceTable.Good::name)
                .containsExactly("a");
    }
}
