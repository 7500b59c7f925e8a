package dev.fairlead.kubernetes.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a service account token says of itself. Nobody has verified it: it may disqualify a token
 * before the API server is asked, and never more. Source: RFC 7519 §4.1.
 */
record Claims(String subject, Set<String> audiences, Instant expires) {

    static final int MAX_CHARS = 8 * 1024; // the API server's own have 1,000 to 1,500
    private static final Pattern SHAPE =
            Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    Claims {
        audiences = Set.copyOf(audiences);
    }

    /** The claims of {@code token}; null where it is no JWT of a service account's shape. */
    static @Nullable Claims of(String token) {
        if (token.length() > MAX_CHARS) {
            return null;
        }
        var parts = SHAPE.matcher(token);
        if (!parts.matches()) {
            return null;
        }
        try {
            return read(JSON.readTree(Base64.getUrlDecoder().decode(parts.group(2))));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("reading memory", e);
        }
    }

    private static @Nullable Claims read(@Nullable JsonNode claims) {
        if (claims == null
                || !claims.path("sub").isTextual()
                || !claims.path("exp").canConvertToLong()) {
            return null;
        }
        Set<String> audiences = new HashSet<>();
        JsonNode given = claims.path("aud");
        if (given.isTextual()) {
            audiences.add(given.asText());
        }
        given.forEach(audience -> audiences.add(audience.asText()));
        long expires = claims.path("exp").asLong();
        return expires < 0 || expires > Instant.MAX.getEpochSecond()
                ? null
                : new Claims(
                        claims.path("sub").asText(), audiences, Instant.ofEpochSecond(expires));
    }
}
