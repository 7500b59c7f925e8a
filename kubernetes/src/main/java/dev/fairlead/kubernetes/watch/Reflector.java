package dev.fairlead.kubernetes.watch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one collection as the API server has it: reads it in pages, watches it from there on, and
 * begins anew where the server has forgotten (410) or its store went back in time.
 *
 * <p>Owner: a virtual thread of its own. Source: kubernetes.io "API concepts", efficient detection
 * of changes.
 */
public final class Reflector<T> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Reflector.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 500;
    private static final int WATCH_SECONDS = 300; // up to twice that, so that not all end at once
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(150); // two bookmarks and a half
    private static final Duration ABSENT_RETRY = Duration.ofSeconds(2);

    private final Collection collection;
    private final ApiStream api;
    private final Decoder<T> decoder;
    private final Follower follower;
    private final ServerState server;
    private final Kept<T> kept = new Kept<>();
    private final Thread thread;
    private final Thread watchdog;
    private String from = ""; // of the thread, as are the next two
    private Duration backoff = FIRST_BACKOFF;
    private boolean answering;
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean closed;

    /** {@code ballast}: names of fields that are dropped unread. Call {@link #start} then. */
    public Reflector(
            KubernetesClient client,
            Collection collection,
            Set<String> ballast,
            Decoder<T> decoder,
            Follower follower,
            ServerState server) {
        this.collection = collection;
        this.api = new ApiStream(client, ballast);
        this.decoder = decoder;
        this.follower = follower;
        this.server = server;
        this.thread = Thread.ofVirtual().name("watch-" + collection.display()).unstarted(this::run);
        this.watchdog = Thread.ofVirtual().unstarted(this::watchOverSilence);
    }

    public void start() {
        thread.start();
        watchdog.start();
    }

    /** A server that vanished sends no end; but one that is there sends a bookmark a minute. */
    private void watchOverSilence() {
        try {
            while (!closed) {
                Thread.sleep(SILENCE.dividedBy(4));
                if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
                    log.warn("watch silent, begun anew collection={}", collection.display());
                    heard();
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            log.debug("no longer watched over collection={}", collection.display());
        }
    }

    private void heard() {
        heardNanos = System.nanoTime();
    }

    public Collection collection() {
        return collection;
    }

    public Kept<T> kept() {
        return kept;
    }

    private void run() {
        while (!closed) {
            try {
                if (from.isEmpty()) {
                    from = list();
                }
                long began = System.nanoTime();
                watch();
                if (System.nanoTime() - began < FIRST_BACKOFF.toNanos()) {
                    pause(FIRST_BACKOFF); // a server that ends every watch at once
                }
            } catch (Expired e) {
                failed(e);
                from = "";
                pause(FIRST_BACKOFF);
            } catch (Absent e) {
                absent();
                from = "";
                pause(ABSENT_RETRY);
            } catch (IOException | RuntimeException e) {
                failed(e);
                if (!answering) {
                    server.failed(collection, String.valueOf(e.getMessage()));
                }
                answering = false;
                pause(backoff);
                backoff = longer(backoff);
            }
        }
    }

    private void failed(Exception e) {
        if (!closed) {
            log.debug("not followed collection={} reason={}", collection.display(), e.toString());
            follower.watchFailed(collection, e instanceof Expired ? "expired" : "error");
        }
    }

    private void answers() {
        answering = true;
        backoff = FIRST_BACKOFF;
        server.worked(collection);
    }

    private static Duration longer(Duration backoff) {
        Duration next = backoff.multipliedBy(2);
        return next.compareTo(MAX_BACKOFF) < 0 ? next : MAX_BACKOFF;
    }

    private void pause(Duration time) {
        try {
            double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.0);
            Thread.sleep((long) (time.toMillis() * jitter));
        } catch (InterruptedException e) {
            log.debug("woken collection={}", collection.display());
        }
    }

    /** A kind that is not installed is an empty one. */
    private void absent() {
        answers();
        if (kept.listed(Set.of())) {
            follower.changed(collection);
        }
    }

    /** Reads all pages; returns the version to watch from. */
    private String list() throws IOException {
        Set<ObjectKey> present = new HashSet<>();
        String more = "";
        boolean changed = false;
        while (true) {
            String page =
                    collection.path()
                            + "limit="
                            + PAGE
                            + (more.isEmpty() ? "" : "&continue=" + encoded(more));
            JsonNode metadata;
            heard();
            try (InputStream body = api.get(page);
                    JsonParser parser = api.parser(body)) {
                answers();
                var reading = new Page(parser);
                ObjectNode object = reading.next();
                while (object != null) {
                    heard();
                    ObjectKey key = key(object);
                    present.add(key);
                    changed |= take(key, object);
                    object = reading.next();
                }
                metadata = reading.metadata();
            }
            more = metadata.path("continue").asText("");
            if (more.isEmpty()) {
                changed |= kept.listed(present);
                follower.listed(collection, present.size());
                if (changed) {
                    follower.changed(collection);
                }
                return metadata.path("resourceVersion").asText("");
            }
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private ObjectKey key(ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectKey(
                collection.group(),
                collection.kind(),
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(""));
    }

    private static long version(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asLong(0);
    }

    /** A fault of the decoder costs one object, not all. */
    private boolean take(ObjectKey key, ObjectNode object) {
        long version = version(object);
        @Nullable T before = kept.get(key);
        try {
            return kept.put(key, decoder.decode(key, object, before), version);
        } catch (RuntimeException e) {
            log.error("object not read object=\"{}\"", key.display(), e);
            return false;
        }
    }

    /** Follows changes until the server ends the watch, moving {@code from} on. */
    private void watch() throws IOException {
        int seconds = ThreadLocalRandom.current().nextInt(WATCH_SECONDS, 2 * WATCH_SECONDS);
        String path =
                collection.path()
                        + "watch=true&allowWatchBookmarks=true&resourceVersion="
                        + from
                        + "&timeoutSeconds="
                        + seconds;
        heard();
        try (InputStream body = api.get(path);
                JsonParser parser = api.parser(body)) {
            answers();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                JsonNode event = JSON.readTree(parser);
                heard();
                handle(event.path("type").asText(), event.path("object"));
            }
        }
    }

    private void handle(String type, JsonNode json) throws IOException {
        if (!(json instanceof ObjectNode object)) {
            throw new IOException("event " + type + " without an object");
        }
        switch (type) {
            case "ADDED", "MODIFIED" -> tell(take(key(object), object));
            case "DELETED" -> tell(kept.put(key(object), null, version(object)));
            case "BOOKMARK" -> {}
            case "ERROR" -> throw ApiStream.failure(object.path("code").asInt(0), object);
            default -> log.debug("event not known type={}", type);
        }
        from = object.path("metadata").path("resourceVersion").asText(from);
    }

    private void tell(boolean changed) {
        if (changed) {
            follower.changed(collection);
        } else {
            follower.unchanged(collection);
        }
    }

    /** Stops; what is kept stays readable. */
    @Override
    public void close() {
        closed = true;
        server.forget(collection);
        watchdog.interrupt();
        thread.interrupt();
    }
}
