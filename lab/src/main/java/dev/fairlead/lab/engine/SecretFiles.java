package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secrets for TLS as agents find them: {@code <folder>/<namespace>/secrets/<name>/<key>}, as a
 * cluster's operator would have them mounted. Owner: the engine's thread.
 */
final class SecretFiles {

    private static final Logger log = LoggerFactory.getLogger(SecretFiles.class);
    private static final Set<String> KEYS =
            Set.of("tls.crt", "tls.key", "ca.crt", "ca.crl", "cert", "key", "cacert", "crl");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");

    private final Path folder;
    private final Map<ObjectKey, JsonNode> written = new HashMap<>();

    SecretFiles(Path folder) {
        this.folder = folder;
    }

    /** Writes those that are new or have changed, removes those that are gone. */
    @SuppressWarnings("ReferenceEquality") // unchanged objects are the same
    void project(Applied applied) throws IOException {
        for (ObjectKey key : List.copyOf(written.keySet())) {
            if (!applied.objects().containsKey(key)) {
                remove(key);
                written.remove(key);
            }
        }
        for (Map.Entry<ObjectKey, JsonNode> entry : applied.objects().entrySet()) {
            ObjectKey key = entry.getKey();
            if (key.kind().equals("Secret")
                    && key.group().isEmpty()
                    && NAME.matcher(key.name()).matches()
                    && NAME.matcher(key.namespace()).matches()
                    && written.put(key, entry.getValue()) != entry.getValue()) {
                remove(key);
                write(key, entry.getValue());
            }
        }
    }

    private Path folderOf(ObjectKey key) {
        return folder.resolve(key.namespace()).resolve("secrets").resolve(key.name());
    }

    private void write(ObjectKey key, JsonNode secret) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        try {
            secret.path("data")
                    .properties()
                    .forEach(e ->
                            entries.put(
                                    e.getKey(),
                                    Base64.getMimeDecoder().decode(e.getValue().asText(""))));
        } catch (IllegalArgumentException e) {
            log.warn("secret is no base64 namespace={} name={}", key.namespace(), key.name());
            return;
        }
        secret.path("stringData")
                .properties()
                .forEach(e ->
                        entries.put(
                                e.getKey(),
                                e.getValue().asText("").getBytes(StandardCharsets.UTF_8)));
        entries.keySet().retainAll(KEYS);
        if (entries.isEmpty()) {
            return;
        }
        Path into = folderOf(key);
        Files.createDirectories(
                into,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            Path fresh = into.resolve("." + entry.getKey());
            Files.write(fresh, entry.getValue());
            Files.move(fresh, into.resolve(entry.getKey()), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void remove(ObjectKey key) throws IOException {
        Path gone = folderOf(key);
        try (Stream<Path> files = Files.list(gone)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            return; // never written
        }
        Files.delete(gone);
    }
}
