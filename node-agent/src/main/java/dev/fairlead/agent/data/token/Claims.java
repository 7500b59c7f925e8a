package dev.fairlead.agent.data.token;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A token's claims as others see them. Source: Envoy, jwt_authn authenticator. */
final class Claims {

    private static final ObjectWriter JSON = new ObjectMapper().writer();
    private static final double UNSIGNED_END = 0x1p64;

    private Claims() {}

    /** With each of {@code spaceDelimited} that is a text split into a list. */
    static Map<String, Object> normalized(
            Map<String, Object> payload, List<String> spaceDelimited) {
        Map<String, Object> copy = null;
        for (String claim : spaceDelimited) {
            if (payload.get(claim) instanceof String text) {
                copy = copy == null ? new HashMap<>(payload) : copy;
                copy.put(claim, words(text));
            }
        }
        return copy == null ? payload : copy;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf(' ', at);
            end = end < 0 ? text.length() : end;
            if (end > at) {
                words.add(text.substring(at, end));
            }
            at = end + 1;
        }
        return words;
    }

    /**
     * The text of a claim for a header; empty: there is nothing to be said, or a header cannot say
     * it.
     *
     * @param name {@code a.b}: of claim a that is an object
     */
    static String inHeader(Map<String, Object> payload, String name) {
        String text =
                switch (find(payload, name)) {
                    case String value -> value;
                    case Boolean value -> value.toString();
                    case Number value -> number(value.doubleValue());
                    case Map<?, ?> value -> encoded(value);
                    case List<?> value -> encoded(value);
                    case null, default -> "";
                };
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return ""; // it could end the line
            }
        }
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static @Nullable Object find(Map<String, Object> payload, String name) {
        Object value = payload;
        for (int at = 0; at <= name.length(); ) {
            int end = name.indexOf('.', at);
            end = end < 0 ? name.length() : end;
            if (!(value instanceof Map<?, ?> object)) {
                return null;
            }
            value = object.get(name.substring(at, end));
            at = end + 1;
        }
        return value;
    }

    private static String number(double value) {
        return value >= 0 && value < UNSIGNED_END && value == Math.rint(value)
                ? new BigDecimal(value).toBigInteger().toString()
                : String.format(Locale.ROOT, "%f", value);
    }

    private static String encoded(Object value) {
        try {
            return Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read cannot be written", e);
        }
    }
}
