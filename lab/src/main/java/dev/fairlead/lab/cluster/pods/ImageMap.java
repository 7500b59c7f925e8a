package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which folder and command an image name stands for, from images.yaml: the first entry whose name
 * or alias (with * and ?) matches counts. Registry docker.io, folder library, tag and digest make
 * no difference.
 */
public final class ImageMap {

    private static final Set<String> FIELDS =
            Set.of("name", "aliases", "folder", "command", "args", "env");
    private static final String CACHE = "cache:";

    private final List<Entry> entries;

    private record Entry(List<Pattern> names, Image image) {}

    private ImageMap(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** A map without entries: every container needs a command and runs on the host's files. */
    public static ImageMap empty() {
        return new ImageMap(List.of());
    }

    /**
     * @param file images.yaml; folders in it are relative to its own folder
     * @param cache the folder that {@code cache:PATH} is relative to
     */
    public static ImageMap read(Path file, Path cache) throws IOException {
        Path samples = file.toAbsolutePath().normalize().getParent();
        return parse(file.toString(), Files.readString(file), samples, cache);
    }

    /** IllegalArgumentException names {@code source}, the entry and what is wrong with it. */
    public static ImageMap parse(String source, String text, @Nullable Path samples, Path cache) {
        List<Entry> entries = new ArrayList<>();
        JsonNode images = Yaml.parse(source, text).path("images");
        for (JsonNode image : images) {
            String where = source + ": images[" + entries.size() + "]";
            entries.add(entry(where, image, samples, cache));
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(source + ": no images");
        }
        return new ImageMap(entries);
    }

    private static Entry entry(String where, JsonNode image, @Nullable Path samples, Path cache) {
        image.fieldNames()
                .forEachRemaining(field -> {
                    if (!FIELDS.contains(field)) {
                        throw new IllegalArgumentException(where + "." + field);
                    }
                });
        List<Pattern> names = new ArrayList<>();
        names.add(glob(image.path("name").asText("")));
        Json.list(image.path("aliases")).forEach(alias -> names.add(glob(alias)));
        String folder = image.path("folder").asText("");
        return new Entry(
                names,
                new Image(
                        folder.isEmpty() ? null : folder(where, folder, samples, cache),
                        Json.list(image.path("command")),
                        Json.list(image.path("args")),
                        Json.map(image.path("env"))));
    }

    private static Path folder(String where, String folder, @Nullable Path samples, Path cache) {
        boolean cached = folder.startsWith(CACHE);
        Path base = cached ? cache : samples;
        Path path = Path.of(cached ? folder.substring(CACHE.length()) : folder);
        if (base == null || path.isAbsolute() || path.normalize().startsWith("..")) {
            throw new IllegalArgumentException(where + ".folder: " + folder + " leads outside");
        }
        return base.resolve(path).normalize();
    }

    private static Pattern glob(String glob) {
        StringBuilder regex = new StringBuilder();
        for (char c : bare(glob).toCharArray()) {
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString());
    }

    /** The entry for {@code image}, if any. */
    Optional<Image> find(String image) {
        String bare = bare(image);
        return entries.stream()
                .filter(e -> e.names.stream().anyMatch(name -> name.matcher(bare).matches()))
                .map(Entry::image)
                .findFirst();
    }

    /** The name without docker.io, library, tag and digest. */
    private static String bare(String image) {
        String name = image;
        int digest = name.indexOf('@');
        if (digest >= 0) {
            name = name.substring(0, digest);
        }
        int tag = name.lastIndexOf(':');
        if (tag > name.lastIndexOf('/')) {
            name = name.substring(0, tag);
        }
        for (String prefix : List.of("index.docker.io/", "docker.io/", "library/")) {
            name = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        }
        return name;
    }
}
