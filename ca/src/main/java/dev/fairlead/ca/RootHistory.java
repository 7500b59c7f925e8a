package dev.fairlead.ca;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.svid.Pem;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The roots that the mesh trusts, and since when: kept where all replicas read it, so that they
 * change over together.
 */
record RootHistory(List<Entry> entries) {

    static final RootHistory NONE = new RootHistory(List.of());
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param since when it was first told to the mesh
     * @param until when it may be forgotten; null while it is wanted
     */
    record Entry(X509Certificate root, Instant since, @Nullable Instant until) {}

    RootHistory {
        entries = List.copyOf(entries);
    }

    @Nullable Entry of(X509Certificate root) {
        return entries.stream().filter(e -> e.root.equals(root)).findFirst().orElse(null);
    }

    /** Everything to be trusted. */
    List<X509Certificate> roots() {
        return entries.stream().map(Entry::root).toList();
    }

    String json() {
        ObjectNode all = JSON.createObjectNode();
        ArrayNode roots = all.putArray("roots");
        for (Entry entry : entries) {
            ObjectNode one = roots.addObject().put("since", entry.since.toString());
            if (entry.until != null) {
                one.put("until", entry.until.toString());
            }
            one.put("pem", Pem.write(List.of(entry.root)));
        }
        return all.toPrettyString();
    }

    /** What {@link #json} wrote. IllegalArgumentException where it did not. */
    static RootHistory parse(String json) {
        List<Entry> entries = new ArrayList<>();
        try {
            for (JsonNode one : JSON.readTree(json).path("roots")) {
                entries.add(
                        new Entry(
                                Pem.certificates(one.path("pem").asText("")).getFirst(),
                                Instant.parse(one.path("since").asText("")),
                                one.has("until")
                                        ? Instant.parse(one.get("until").asText())
                                        : null));
            }
        } catch (JsonProcessingException | CertificateException | DateTimeException e) {
            throw new IllegalArgumentException("not a history of roots: " + e.getMessage(), e);
        }
        return new RootHistory(entries);
    }
}
