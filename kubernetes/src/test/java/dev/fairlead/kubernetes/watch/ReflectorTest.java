package dev.fairlead.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReflectorTest {

    private static final Collection THINGS = Collection.of("example.com", "v1", "things", "Thing");
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private FakeApiServer server;
    private KubernetesClient client;
    private Reflector<String> reflector;
    private final ServerState state = new ServerState(Clock.systemUTC());
    private final Semaphore news = new Semaphore(0);
    private final AtomicInteger unchanged = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        server = new FakeApiServer();
        for (String name : new String[] {"a", "b", "c", "d", "e"}) {
            server.put(name, "\"value\":\"1\"");
        }
        client = server.client();
        reflector =
                new Reflector<>(
                        client,
                        THINGS,
                        Set.of("ballast"),
                        ReflectorTest::value,
                        new Telling(),
                        state);
    }

    private static @Nullable String value(
            ObjectKey key, ObjectNode object, @Nullable String before) {
        assertThat(object.path("metadata").has("managedFields")).isFalse();
        assertThat(object.has("ballast")).isFalse();
        return object.path("value").asText();
    }

    @AfterEach
    void stop() {
        reflector.close();
        client.close();
        server.close();
    }

    private void until(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            news.tryAcquire(50, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }

    private void startAndSync() throws InterruptedException {
        reflector.start();
        until("synced", () -> reflector.kept().synced() && server.watching() == 1);
    }

    private Map<String, String> kept() {
        Map<String, String> kept = new TreeMap<>();
        reflector.kept().all().forEach((key, value) -> kept.put(key.name(), value));
        return kept;
    }

    @Test
    void nothingIsCompleteBeforeTheLastPage() throws Exception {
        Semaphore pages = server.slowPages();
        reflector.start();
        pages.release(2);
        until("two pages", () -> kept().size() == 4);
        assertThat(reflector.kept().synced()).isFalse();
        pages.release();
        until("synced", () -> reflector.kept().synced());
        assertThat(kept()).containsOnlyKeys("a", "b", "c", "d", "e");
    }

    @Test
    void changesAreFollowedWithoutBallast() throws Exception {
        startAndSync();
        server.put("a", "\"ballast\":{\"x\":[1,{}]},\"value\":\"2\"");
        server.put("f", "\"value\":\"1\"");
        server.remove("b");
        until("followed", () -> !kept().containsKey("b"));
        assertThat(kept()).containsEntry("a", "2").containsEntry("f", "1").hasSize(5);
    }

    @Test
    void whatIsEqualStaysTheSameObject() throws Exception {
        startAndSync();
        Map<ObjectKey, String> before = reflector.kept().all();
        server.put("a", "\"value\":\"1\",\"other\":\"new\"");
        until("told", () -> unchanged.get() == 1);
        assertThat(reflector.kept().all()).isSameAs(before);
    }

    @Test
    void aDroppedWatchGoesOnWhereItWas() throws Exception {
        startAndSync();
        server.whileNobodyLooks(() -> server.put("a", "\"value\":\"2\""));
        until("followed", () -> "2".equals(kept().get("a")));
        assertThat(server.lists()).isEqualTo(1);
    }

    @Test
    void aForgottenVersionIsListedAnew() throws Exception {
        startAndSync();
        server.whileNobodyLooks(() -> {
            server.remove("a");
            server.put("b", "\"value\":\"2\"");
            server.forget();
        });
        until("followed", () -> "2".equals(kept().get("b")) && !kept().containsKey("a"));
        assertThat(server.lists()).isEqualTo(2);
    }

    @Test
    void aServerThatWentBackInTimeIsListedAnew() throws Exception {
        startAndSync();
        server.whileNobodyLooks(() -> {
            server.remove("e");
            server.goBackTo(50);
        });
        until("followed", () -> !kept().containsKey("e"));
        server.put("a", "\"value\":\"9\"");
        until("watched again", () -> "9".equals(kept().get("a")));
    }

    @Test
    void aServerThatIsAwayLeavesWhatIsKept() throws Exception {
        startAndSync();
        server.down();
        until("noticed", () -> state.failingFor().isPositive());
        assertThat(kept()).hasSize(5);
        server.upAgain();
        server.put("a", "\"value\":\"2\"");
        until("followed", () -> "2".equals(kept().get("a")));
        until("said", () -> state.failingFor().isZero());
    }

    @Test
    void aServerThatIsNotThereYetIsWaitedFor() throws Exception {
        server.down();
        reflector.start();
        until("noticed", () -> state.failingFor().isPositive());
        assertThat(reflector.kept().synced()).isFalse();
        server.upAgain();
        until("synced", () -> reflector.kept().synced());
        assertThat(kept()).hasSize(5);
    }

    @Test
    void aKindThatIsNotInstalledIsAnEmptyOne() throws Exception {
        server.install(false);
        reflector.start();
        until("synced", () -> reflector.kept().synced());
        assertThat(kept()).isEmpty();
        server.install(true);
        until("installed", () -> kept().size() == 5);
    }

    private final class Telling implements Follower {
        @Override
        public void changed(Collection collection) {
            news.release();
        }

        @Override
        public void unchanged(Collection collection) {
            unchanged.incrementAndGet();
            news.release();
        }

        @Override
        public void watchFailed(Collection collection, String reason) {
            news.release();
        }

        @Override
        public void listed(Collection collection, int objects) {
            news.release();
        }
    }
}
