package dev.fairlead.wire.tokens;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * The client's token, sent as {@code authorization: Bearer …} with each call. Read again when its
 * file changes; refused where others can read the file; never sent without TLS.
 */
public final class BearerToken extends CallCredentials {

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    static final String PREFIX = "Bearer ";

    private final WatchedFile<String> token;

    public BearerToken(Path file) {
        token = new WatchedFile<>(file, content -> parse(file, content));
    }

    private static String parse(Path file, byte[] content) throws IOException {
        PrivateFile.require(file);
        String text = new String(content, StandardCharsets.US_ASCII).strip();
        if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException("not a token");
        }
        return text;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
        if (call.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY) {
            applier.fail(Status.UNAUTHENTICATED.withDescription("a token is sent over TLS only"));
            return;
        }
        try {
            Metadata headers = new Metadata();
            headers.put(AUTHORIZATION, PREFIX + token.get());
            applier.apply(headers);
        } catch (IOException e) {
            applier.fail(Status.UNAVAILABLE.withDescription("token: " + e.getMessage()));
        }
    }
}
