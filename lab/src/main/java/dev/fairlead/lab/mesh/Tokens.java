package dev.fairlead.lab.mesh;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** Makes the secrets by which the mesh's processes know each other. */
final class Tokens {

    private static final int BYTES = 32;

    private Tokens() {}

    /**
     * Writes a fresh token to each file of {@code files} (for its owner alone), and the hashes of
     * all, by subject, to {@code hashes}.
     */
    static void create(Map<String, Path> files, Path hashes) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        SecureRandom random = new SecureRandom();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            byte[] secret = new byte[BYTES];
            random.nextBytes(secret);
            String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
            writePrivate(file.getValue(), token + "\n");
            root.withArray("tokens")
                    .addObject()
                    .put("sha256", sha256(token))
                    .put("subject", file.getKey());
        }
        writePrivate(hashes, json.writeValueAsString(root));
    }

    private static String sha256(String token) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void writePrivate(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content, StandardOpenOption.TRUNCATE_EXISTING);
    }
}
