package dev.fairlead.ca;

import dev.fairlead.wire.tokens.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The folder with the parts of {@link AuthorityPem}. An empty folder gets a root of ca's own.
 *
 * <p>Everything that would make certificates worthless or leak the key is an IOException with one
 * clear line.
 */
final class CaFiles {

    private final Path folder;
    private final Clock clock;

    CaFiles(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** What the folder holds, checked; a new root where it holds nothing. */
    Authority loadOrCreate(String trustDomain) throws IOException {
        boolean key = Files.exists(folder.resolve(AuthorityPem.KEY));
        if (key != Files.exists(folder.resolve(AuthorityPem.CERTIFICATE))) {
            throw new IOException(
                    folder
                            + " has only one of ca-key.pem and ca-cert.pem: add the other,"
                            + " or remove it to begin with a new root");
        }
        if (!key) {
            create(trustDomain);
        }
        return load();
    }

    private void create(String trustDomain) throws IOException {
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Authority made = Leaves.selfSignedRoot(trustDomain, clock.instant());
        Map<String, byte[]> parts = AuthorityPem.write(made);
        for (String name : List.of(AuthorityPem.ROOT, AuthorityPem.KEY, AuthorityPem.CERTIFICATE)) {
            PrivateFile.write(folder.resolve(name), Objects.requireNonNull(parts.get(name)));
        }
    }

    /** What the folder holds, checked; BadAuthority where that is no authority. */
    Authority load() throws IOException {
        return read(parts());
    }

    Authority read(Map<String, byte[]> parts) throws IOException {
        return AuthorityPem.read(parts, name -> folder.resolve(name).toString(), clock.instant());
    }

    /** As they stand there. */
    Map<String, byte[]> parts() throws IOException {
        PrivateFile.require(folder.resolve(AuthorityPem.KEY));
        Map<String, byte[]> parts = new HashMap<>();
        for (String name :
                List.of(
                        AuthorityPem.KEY,
                        AuthorityPem.CERTIFICATE,
                        AuthorityPem.ROOT,
                        AuthorityPem.CHAIN)) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                parts.put(name, Files.readAllBytes(file));
            }
        }
        return parts;
    }
}
