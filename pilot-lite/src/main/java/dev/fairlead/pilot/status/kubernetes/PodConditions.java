package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.ApiWriter;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes on pods whether they are captured, tries again until each is written or its pod is gone.
 *
 * <p>Owner of the writes: virtual threads, a few at a time; the rest is guarded by this.
 */
final class PodConditions implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodConditions.class);
    private static final int AT_ONCE = 8; // a node that starts reports a hundred pods
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final ApiWriter api;
    private final ExecutorService writers =
            Executors.newFixedThreadPool(
                    AT_ONCE, Thread.ofVirtual().name("pod-condition-", 0).factory());
    private final Map<ObjectKey, JsonNode> wanted = new LinkedHashMap<>(); // guarded by this
    private final Map<ObjectKey, CompletableFuture<Void>> writing = new LinkedHashMap<>(); // too

    PodConditions(ApiWriter api) {
        this.api = api;
    }

    /** {@code report}: uid, node, captured. */
    synchronized void put(ObjectKey key, JsonNode report) {
        wanted.put(key, report);
        if (!writing.containsKey(key)) {
            writing.put(key, CompletableFuture.runAsync(() -> write(key), writers));
        }
    }

    synchronized CompletableFuture<Void> flushed() {
        return CompletableFuture.allOf(writing.values().toArray(CompletableFuture[]::new));
    }

    private void write(ObjectKey key) {
        while (true) {
            JsonNode report;
            synchronized (this) {
                report = wanted.remove(key);
                if (report == null) {
                    writing.remove(key);
                    return;
                }
            }
            if (!written(key, report) && !pause()) {
                return;
            }
        }
    }

    /** False: to be tried again, unless there is a newer report by then. */
    private boolean written(ObjectKey key, JsonNode report) {
        try {
            ApiWriter.Answer answer =
                    api.patch(path(key), ApiWriter.STRATEGIC_MERGE, patch(report));
            if (answer.written() || answer.absent() || answer.conflict()) {
                return true; // gone, or another pod of that name: nothing to say of it
            }
            log.warn(
                    "pod condition not written object=\"{}\" reason=\"{}\"",
                    key.display(),
                    answer.message());
        } catch (IOException e) {
            log.debug("pod condition not written object=\"{}\"", key.display(), e);
        }
        synchronized (this) {
            wanted.putIfAbsent(key, report);
        }
        return false;
    }

    private static boolean pause() {
        try {
            Thread.sleep(AGAIN);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String path(ObjectKey key) {
        return "/api/v1/namespaces/" + key.namespace() + "/pods/" + key.name() + "/status";
    }

    private static ObjectNode patch(JsonNode report) {
        boolean captured = report.path("captured").asBoolean();
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("uid", report.path("uid").asText()); // else a conflict
        patch.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", StatusKeys.CAPTURED_CONDITION)
                .put("status", captured ? "True" : "False")
                .put("reason", report.path("node").asText())
                .put(
                        "lastTransitionTime",
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return patch;
    }

    @Override
    public void close() {
        writers.shutdownNow(); // agents report again where they come back
    }
}
