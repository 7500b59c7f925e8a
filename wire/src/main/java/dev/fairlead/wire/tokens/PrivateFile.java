package dev.fairlead.wire.tokens;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that hold a secret: written and accepted only when nobody but their owner can read them.
 */
public final class PrivateFile {

    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private PrivateFile() {}

    /** Puts {@code content} into {@code file} with mode 0600, durably and in one step. */
    public static void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel out =
                FileChannel.open(
                        temporary,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(OWNER))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * IOException with the reason where group or others have any access to {@code file}. A file of
     * a volume that kubelet projects is taken as it is: its mode is kubelet's choice (0644 or by
     * fsGroup), and only its pod sees the volume.
     */
    public static void require(Path file) throws IOException {
        if (projected(file)) {
            return;
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        for (PosixFilePermission permission : mode) {
            if (!permission.name().startsWith("OWNER")) {
                throw new IOException(
                        file
                                + " can be used by others (mode "
                                + PosixFilePermissions.toString(mode)
                                + "): expected its owner only, chmod go= it");
            }
        }
    }

    /**
     * Whether {@code file} is a link into {@code ..data}, kubelet's link to the present version.
     */
    private static boolean projected(Path file) throws IOException {
        return Files.isSymbolicLink(file)
                && Files.readSymbolicLink(file).startsWith("..data")
                && Files.isSymbolicLink(file.resolveSibling("..data"));
    }
}
