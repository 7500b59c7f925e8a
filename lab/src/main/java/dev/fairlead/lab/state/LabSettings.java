package dev.fairlead.lab.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lab up} was asked for; written once, read by the daemon.
 *
 * @param nodeCount how many nodes, named node-1 and up
 * @param compat modern or istio-1.0
 * @param plain without ca, pilot-lite and agents
 * @param images the image map's file, or null for none
 * @param caLifetime what certificates live, like PT20S; null: as ca has it
 * @param dist folder with lib, etc and aot
 * @param javaHome the JDK that runs everything
 * @param stateRoot all labs' folders; no pod may see it
 * @param cacheRoot downloads and keys between runs; no pod may see it
 * @param aotTraining folder where the mesh's processes leave an AOT cache each when they end; null:
 *     they use those of the build
 */
public record LabSettings(
        String name,
        int nodeCount,
        String compat,
        boolean plain,
        @Nullable String images,
        @Nullable String caLifetime,
        String dist,
        String javaHome,
        String stateRoot,
        String cacheRoot,
        @Nullable String aotTraining) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A third octet has room for more; two cores have not. */
    public static final int MAX_NODES = 32;

    public LabSettings {
        if (!name.matches("[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "lab name \"" + name + "\": lower-case letters, digits and - only");
        }
        if (nodeCount < 1 || nodeCount > MAX_NODES) {
            throw new IllegalArgumentException("nodes: 1 to " + MAX_NODES + ", not " + nodeCount);
        }
        if (!compat.equals("modern") && !compat.equals("istio-1.0")) {
            throw new IllegalArgumentException(
                    "compat: modern or istio-1.0, not \"" + compat + "\"");
        }
    }

    public List<String> nodes() {
        return IntStream.rangeClosed(1, nodeCount).mapToObj(i -> "node-" + i).toList();
    }

    public static LabSettings read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), LabSettings.class);
    }

    public void write(Path file) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), this);
    }
}
