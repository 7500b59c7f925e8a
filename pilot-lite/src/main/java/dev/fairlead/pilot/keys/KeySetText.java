package dev.fairlead.pilot.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * A JSON Web Key Set, as it is passed on: what a verifier needs of it, and nothing else. So nobody
 * gets a private key from us, or a document of another kind that an address happened to lead to.
 *
 * <p>Source: RFC 7517, RFC 7518 §6, RFC 8037 §2.
 */
public final class KeySetText {

    static final int MAX_LENGTH = 256 * 1024;
    private static final int MAX_KEYS = 256; // what an agent takes
    private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

    private static final List<String> MEMBERS =
            List.of("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y");
    private static final ObjectMapper JSON = new ObjectMapper();

    private KeySetText() {}

    /** IllegalArgumentException says why it is none. */
    public static String of(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("more than " + MAX_LENGTH + " bytes");
        }
        JsonNode set;
        try {
            set = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no JSON", e);
        }
        JsonNode keys = set.path("keys");
        if (keys.isMissingNode() && set.size() > 0) {
            return certificates(set);
        }
        if (!keys.isArray() || keys.isEmpty()) {
            throw new IllegalArgumentException("has no keys");
        }
        requireFew(keys.size());
        ArrayNode kept = JsonNodeFactory.instance.arrayNode();
        boolean usable = false;
        for (JsonNode key : keys) {
            ObjectNode part = publicPart(key);
            usable |= isUsable(part);
            kept.add(part);
        }
        if (!usable) { // a whole listener would be refused for it by Envoy
            throw new IllegalArgumentException("has no key that tokens are verified by");
        }
        return JsonNodeFactory.instance.objectNode().set("keys", kept).toString();
    }

    private static void requireFew(int count) {
        if (count > MAX_KEYS) {
            throw new IllegalArgumentException(count + " keys, at most " + MAX_KEYS);
        }
    }

    private static ObjectNode publicPart(JsonNode key) {
        String type = key.path("kty").asText("");
        if (type.isEmpty()) {
            throw new IllegalArgumentException("has a key without a type (kty)");
        }
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        for (String member : MEMBERS) {
            if (key.path(member).isTextual()) {
                kept.set(member, key.path(member));
            }
        }
        if (type.equals("oct") && key.path("k").isTextual()) {
            kept.set("k", key.path("k"));
        }
        return kept;
    }

    /** Whether it is of a type that is known, and has what that type must have. */
    private static boolean isUsable(ObjectNode key) {
        return switch (key.path("kty").asText()) {
            case "RSA" -> key.has("n") && key.has("e");
            case "EC" -> key.has("x") && key.has("y");
            case "OKP" -> key.path("crv").asText().equals("Ed25519") && key.has("x");
            case "oct" -> !key.path("k").asText().isEmpty();
            default -> false;
        };
    }

    /** The form of some issuers: certificates by the names of their keys. */
    private static String certificates(JsonNode set) {
        requireFew(set.size());
        for (Map.Entry<String, JsonNode> entry : set.properties()) {
            if (!entry.getValue().asText("").startsWith(CERTIFICATE)) {
                throw new IllegalArgumentException("has no keys");
            }
        }
        return set.toString();
    }
}
