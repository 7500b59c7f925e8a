package dev.fairlead.wire.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's list of tokens, as hashes: {@code {"tokens":[{"sha256":…,"subject":…}]}}. Read again
 * when the file changes.
 *
 * <p>A plain hash is enough: a token is 256 random bits, so there is nothing to guess. Thread: any.
 */
public final class NodeTokens implements Authenticator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOKEN_BYTES = 32;
    private static final int MAX_TOKEN_CHARS = 256; // ours have 43

    /** One token's hash, and whom the token makes its bearer. */
    public record Entry(String sha256, Caller caller) {
        public Entry {
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("sha256 \"" + sha256 + "\" of " + caller);
            }
        }
    }

    private final WatchedFile<List<Entry>> file;

    public NodeTokens(Path file) {
        this.file = new WatchedFile<>(file, NodeTokens::parse);
    }

    /**
     * Whose token this is; null where it is nobody's. The time taken says nothing of the hashes.
     */
    @Override
    public @Nullable Caller callerOf(String token) throws IOException {
        List<Entry> all = file.get();
        if (token.length() > MAX_TOKEN_CHARS) {
            return null;
        }
        byte[] hash = ascii(sha256(token));
        Caller caller = null;
        for (Entry known : all) {
            if (MessageDigest.isEqual(ascii(known.sha256), hash)) {
                caller = known.caller;
            }
        }
        return caller;
    }

    private static List<Entry> parse(byte[] content) throws IOException {
        JsonNode tokens = JSON.readTree(content).path("tokens");
        if (!tokens.isArray()) {
            throw new IOException("no array \"tokens\"");
        }
        List<Entry> all = new ArrayList<>();
        for (JsonNode token : tokens) {
            all.add(
                    new Entry(
                            token.path("sha256").asText(""),
                            Caller.parse(token.path("subject").asText(""))));
        }
        return List.copyOf(all);
    }

    /** Puts a new random token into {@code tokenFile} (0600) and returns its line for the list. */
    public static Entry mint(Path tokenFile, Caller caller, SecureRandom random)
            throws IOException {
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        PrivateFile.write(tokenFile, ascii(token + "\n"));
        return new Entry(sha256(token), caller);
    }

    /** Writes the list that {@link #NodeTokens} reads. */
    public static void write(Path listFile, List<Entry> entries) throws IOException {
        List<Map<String, String>> tokens = new ArrayList<>();
        for (Entry entry : entries) {
            tokens.add(Map.of("sha256", entry.sha256, "subject", entry.caller.subject()));
        }
        PrivateFile.write(listFile, JSON.writeValueAsBytes(Map.of("tokens", tokens)));
    }

    private static String sha256(String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
